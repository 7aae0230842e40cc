/** What nodes may say to each other: of no room that is not claimed, no promise that is not kept, no decision without votes. */
import type { RoomsOutput } from '@bothy/rooms/core';
import type { SimNode } from './sim-node.ts';

export class SentChecker {
  readonly #fail: (sentence: string) => void;
  /** By transaction and node: votes for a deletion. */
  readonly #ready = new Set<string>();

  constructor(fail: (sentence: string) => void) {
    this.#fail = fail;
  }

  performed(node: SimNode, output: RoomsOutput): void {
    if (output.kind !== 'send') return;
    if (output.message.kind === 'directory') {
      const draft = output.message.rooms.find(({ id }) => node.store.isDraft(id));
      if (draft !== undefined)
        this.#fail(`${node.info.id} tells of ${draft.id}, which it has not claimed yet`);
    }
    if (output.message.kind !== 'commit') return;
    const { message } = output.message;
    if (message.kind === 'commit') return this.#decided(node, message.transaction);
    if (message.kind === 'vote' && message.vote === 'ready') this.#voted(node, message.transaction);
  }

  /** A promise is on the disk before it is given. */
  #voted(node: SimNode, transaction: string): void {
    this.#ready.add(`${transaction} ${node.info.id}`);
    const { commits } = node.store.snapshot();
    const isKept = commits.some((each) => each.role === 'participant' && each.transaction === transaction);
    if (!isKept) this.#fail(`${node.info.id} voted for ${transaction} and has not written it down`);
  }

  /** Nobody carries out what a participant has not agreed to. */
  #decided(node: SimNode, transaction: string): void {
    const record = node.store.snapshot().commits.find((each) => each.transaction === transaction);
    if (record?.role !== 'coordinator') return;
    const lacking = record.participants.find((each) => !this.#ready.has(`${transaction} ${each}`));
    if (lacking !== undefined)
      this.#fail(`${node.info.id} decided ${transaction} without the vote of ${lacking}`);
  }
}
