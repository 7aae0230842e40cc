/** What clients saw of rooms, and what nodes hold of them in the end, for the checkers of consistency. */
import {
  checkEventual,
  checkLinearizable,
  type NumberInput,
  nextNumberModel,
  type Operation,
  type ReplicaObservation,
} from '@bothy/protocols';
import type { RoomId } from '@bothy/wire';
import type { DiskLog } from './node-disk.ts';

interface Message {
  readonly client: string;
  readonly room: RoomId;
  readonly calledMs: number;
  answered: { readonly atMs: number; readonly seq: number } | undefined;
}

export class RoomHistories {
  readonly #nowMs: () => number;
  /** By client and id. */
  readonly #messages = new Map<string, Message>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  called(client: string, room: RoomId, messageId: string): void {
    const message = { client, room, calledMs: this.#nowMs(), answered: undefined };
    this.#messages.set(`${client} ${messageId}`, message);
  }

  /** A second answer to one message has the same number, which others check. */
  answered(client: string, messageId: string, seq: number): void {
    const message = this.#messages.get(`${client} ${messageId}`);
    if (message !== undefined) message.answered ??= { atMs: this.#nowMs(), seq };
  }

  /** A message that was said after another one was answered comes after it, whatever nodes were asked. */
  problem(): string | undefined {
    const answered = [...this.#messages.values()].flatMap(({ client, room, calledMs, answered }) =>
      answered === undefined
        ? []
        : [{ client, room, calledMs, answeredMs: answered.atMs, seq: answered.seq }],
    );
    const ranks = new Map<RoomId, number>();
    const history = answered
      .sort((one, other) => one.seq - other.seq)
      .map(({ client, room, calledMs, answeredMs }): Operation<NumberInput, number> => {
        // What is between their numbers are entries of other kinds, and messages without an answer.
        const rank = (ranks.get(room) ?? 0) + 1;
        ranks.set(room, rank);
        return { client, input: { key: room }, output: rank, calledMs, answeredMs };
      });
    const verdict = checkLinearizable(history, nextNumberModel);
    if (verdict.kind === 'holds') return undefined;
    return verdict.kind === 'violated' ? verdict.sentence : `${history.length} messages could not be judged`;
  }
}

/** The log of a room and copies of it that have everything: they hold the same. A copy may begin later. */
export function copiesDiffer(
  held: readonly { readonly node: string; readonly log: DiskLog }[],
): string | undefined {
  const base = Math.max(...held.map(({ log }) => log.base));
  const observations = held.map(({ node, log }): ReplicaObservation => {
    const entries = [...log.entries.values()].filter(({ seq }) => seq > base).sort((a, b) => a.seq - b.seq);
    return {
      replica: node,
      atMs: 0,
      updates: entries.map(({ seq, author, key }) => `${seq} ${author} ${key}`),
      shown: entries.map(({ epoch, content }) => `${epoch} ${JSON.stringify(content)}`).join(),
    };
  });
  const verdict = checkEventual(observations);
  return verdict.kind === 'violated' ? verdict.sentence : undefined;
}
