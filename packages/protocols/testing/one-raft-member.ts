/** One Raft member whose others are played by the test, message by message. Its disk is done when told to. */
import { RaftMember } from '../src/consensus/raft/raft-member.ts';
import type {
  EntryContent,
  MemberId,
  RaftEntry,
  RaftOptions,
  RaftStored,
} from '../src/consensus/raft/raft-messages.ts';
import { seededRandom } from '../src/random.ts';
import { type Input, type Member, type Message, type Output, raftOptions } from './raft-world.ts';

export const command = (text: string): EntryContent<string> => ({ kind: 'command', command: text });

/** Entries of these terms, from index 1 on. */
export function entriesOf(...terms: readonly number[]): RaftEntry<string>[] {
  return terms.map((term, at) => ({ index: at + 1, term, content: command(`c${at + 1}`) }));
}

export class OneMember {
  nowMs = 0;
  readonly member: Member;
  /** Of the last step. */
  outputs: readonly Output[] = [];
  #tokens: string[] = [];

  constructor(options: Partial<RaftOptions> = {}, stored: Partial<RaftStored<string, string>> = {}) {
    this.member = new RaftMember<string, string>(
      { ...raftOptions, id: 'a', founders: ['a', 'b', 'c'], ...options },
      { term: 0, votedFor: null, snapshot: null, entries: [], ...stored },
      seededRandom('one'),
    );
    this.step({ kind: 'start' });
  }

  step(input: Input): readonly Output[] {
    this.outputs = this.member.step(input, { monoMs: this.nowMs, wallMs: 0 });
    for (const output of this.outputs) {
      if (output.kind === 'persist' && output.token !== undefined) this.#tokens.push(output.token);
    }
    return this.outputs;
  }

  receive(from: MemberId, message: Message): readonly Message[] {
    this.step({ kind: 'message', from, message });
    return this.sent;
  }

  /** What the last step sent, in order. */
  get sent(): readonly Message[] {
    return this.outputs.flatMap((output) => (output.kind === 'send' ? [output.message] : []));
  }

  /** What the last step has to write; none when it wrote nothing. */
  get writes(): readonly unknown[] {
    return this.outputs.flatMap((output) => (output.kind === 'persist' ? output.writes : []));
  }

  /** The tokens of what the disk has not done yet, the oldest first. */
  get pending(): readonly string[] {
    return this.#tokens;
  }

  /** The disk is done with what was written before. Gives what came of it; `outputs` are the last ones of these. */
  durable(): readonly Output[] {
    const tokens = this.#tokens;
    this.#tokens = [];
    return tokens.flatMap((token) => this.step({ kind: 'durable', token }));
  }

  /** Silence, until it asks. */
  timeOut(): readonly Message[] {
    this.nowMs += 2 * raftOptions.electionTimeoutMs;
    this.step({ kind: 'timer', key: 'election' });
    return this.sent;
  }

  /** Elected by `by`; all that it had to write is durable. */
  lead(by: MemberId = 'b'): this {
    this.timeOut();
    const term = this.member.term + 1;
    this.receive(by, { kind: 'vote', term, pre: true, granted: true });
    this.durable();
    this.receive(by, { kind: 'vote', term, pre: false, granted: true });
    this.durable();
    return this;
  }

  append(from: MemberId, fields: Partial<Extract<Message, { kind: 'append' }>>): readonly Message[] {
    return this.receive(from, {
      kind: 'append',
      term: 1,
      round: 0,
      previousIndex: 0,
      previousTerm: 0,
      entries: [],
      commit: 0,
      ...fields,
    });
  }

  appended(from: MemberId, matchIndex: number, round = 0): readonly Message[] {
    return this.receive(from, { kind: 'appended', term: this.member.term, round, matchIndex });
  }
}
