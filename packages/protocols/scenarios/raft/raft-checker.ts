/**
 * What must hold of members at every step, whatever happens (figure 3.2 of the thesis), looked at where something has
 * just changed: the cost of a step does not grow with the log.
 */
import type { MemberId } from '@bothy/protocols';
import type { RaftDisk } from './raft-disk.ts';
import type { Entry, Message, Output, RaftCore, Snapshot } from './raft-words.ts';

/** One member as the checker knows it. */
export interface Watched {
  readonly id: MemberId;
  readonly disk: RaftDisk;
  /** Of this start. */
  commit: number;
  applied: number;
}

interface Committed {
  readonly entry: Entry;
  /** The term in which it was known to be committed first. */
  readonly inTerm: number;
}

export class RaftChecker {
  readonly #violated: (rule: string, sentence: string) => void;
  readonly #watched = new Map<MemberId, Watched>();
  readonly #leaders = new Map<number, MemberId>();
  /** By index: of each term the entry, and the term of the one before. */
  readonly #created: Map<number, { readonly entry: Entry; readonly before: number | undefined }>[] = [];
  /** By index, from 1. */
  readonly #committed: Committed[] = [];
  /** `client seq` of every command that is committed. */
  readonly commands = new Set<string>();
  /** By term, then by voter. */
  readonly #votes = new Map<number, Map<MemberId, MemberId>>();

  constructor(violated: (rule: string, sentence: string) => void) {
    this.#violated = violated;
  }

  get committed(): number {
    return this.#committed.length;
  }

  get terms(): number {
    return this.#leaders.size;
  }

  watch(id: MemberId, disk: RaftDisk): Watched {
    const watched = { id, disk, commit: 0, applied: 0 };
    this.#watched.set(id, watched);
    return watched;
  }

  broken(rule: string, sentence: string): void {
    this.#violated(rule, sentence);
  }

  stepped(watched: Watched, core: RaftCore, outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (output.kind !== 'persist') continue;
      for (const write of output.writes) {
        if (write.kind === 'putEntries') this.#added(watched, core, write.entries);
      }
    }
    if (core.role === 'leader') this.#leads(watched, core);
    if (core.commit === watched.commit) return;
    if (core.commit < watched.commit) {
      this.broken('commit never goes back', `${watched.id}: from ${watched.commit} to ${core.commit}`);
    }
    this.#commits(watched, core);
    watched.commit = core.commit;
  }

  sent({ id, disk }: Watched, to: MemberId, message: Message): void {
    if (message.kind === 'vote' && message.granted && !message.pre) {
      let votes = this.#votes.get(message.term);
      if (votes === undefined) {
        votes = new Map();
        this.#votes.set(message.term, votes);
      }
      const before = votes.get(id) ?? to;
      votes.set(id, before);
      if (before !== to) {
        this.broken('one vote a term', `${id} voted for ${before} and ${to} in ${message.term}`);
      }
      if (disk.term < message.term) {
        this.broken('a vote is durable', `${id} voted for ${to} in ${message.term}, and has not written it`);
      }
    }
    // What a later leader has cut off since was acknowledged to an earlier one, who cannot count it any more: whoever
    // elected the later one did not have it.
    const isOfNow = disk.term <= message.term;
    if (message.kind === 'appended' && isOfNow && disk.lastIndex < message.matchIndex) {
      const { matchIndex } = message;
      this.broken('acknowledged is durable', `${id} says that it has ${matchIndex}, and has not written it`);
    }
  }

  applied(watched: Watched, entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.index <= watched.applied) {
        this.broken('applied once, in order', `${watched.id}: ${entry.index} after ${watched.applied}`);
      }
      watched.applied = entry.index;
      const committed = this.#committed[entry.index - 1]?.entry;
      if (committed?.term !== entry.term || committed.content !== entry.content) {
        this.broken(
          'state-machine safety',
          `${watched.id} applies ${entry.index} of ${entry.term}, committed is ${committed?.term}`,
        );
      }
    }
  }

  installed(watched: Watched, { index, term }: Snapshot): void {
    watched.applied = index;
    const committed = this.#committed[index - 1]?.entry.term;
    if (committed !== term) {
      this.broken('state-machine safety', `${watched.id} installs ${index} of ${term}, not of ${committed}`);
    }
  }

  /** Called before the write is made: what was committed is never taken from a disk that had it. */
  cutOff({ id, disk }: Watched, from: number, entries: readonly Entry[]): void {
    const last = Math.min(disk.lastIndex, this.#committed.length);
    for (let index = from; index <= last; index++) {
      const term = this.#committed[index - 1]?.entry.term;
      if (disk.termAt(index) === term && entries[index - from]?.term !== term) {
        return this.broken('committed stays', `${id} drops ${index} of ${term}`);
      }
    }
  }

  #leads({ id }: Watched, core: RaftCore): void {
    const { term } = core;
    const leader = this.#leaders.get(term);
    if (leader === id) return;
    if (leader !== undefined) return this.broken('one leader a term', `${leader} and ${id} lead ${term}`);
    this.#leaders.set(term, id);
    const last = this.#committed.at(-1);
    if (last === undefined || last.inTerm >= term) return;
    const { index } = last.entry;
    if (core.termAt(index) !== last.entry.term) {
      this.broken('leader completeness', `${id} leads ${term} without ${index} of ${last.entry.term}`);
    }
  }

  /** Of one index and term there is one entry, after one and the same entry: by induction, one log up to there. */
  #added({ id }: Watched, core: RaftCore, entries: readonly Entry[]): void {
    const first = entries[0]?.index ?? 0;
    let before = first === 1 ? 0 : core.termAt(first - 1);
    for (const entry of entries) {
      let ofTerm = this.#created[entry.index];
      if (ofTerm === undefined) {
        ofTerm = new Map();
        this.#created[entry.index] = ofTerm;
      }
      const known = ofTerm.get(entry.term);
      if (known === undefined) ofTerm.set(entry.term, { entry, before });
      else if (known.entry.content !== entry.content || known.before !== before) {
        this.broken('log matching', `${id} has another entry ${entry.index} of ${entry.term}`);
      }
      before = entry.term;
    }
  }

  #commits(watched: Watched, core: RaftCore): void {
    const { id } = watched;
    for (let index = watched.commit + 1; index <= core.commit; index++) {
      const entry = core.entryAt(index);
      const known = this.#committed[index - 1];
      // What a snapshot covers is not held any more.
      if (entry === undefined) continue;
      if (known === undefined) this.#commit(entry, core.term);
      else if (known.entry.term !== entry.term || known.entry.content !== entry.content) {
        const sentence = `${id} commits ${index} of ${entry.term}, not of ${known.entry.term}`;
        return this.broken('state-machine safety', sentence);
      } else continue;
      if (index === core.commit) this.#firstCommits(id, core, entry);
    }
  }

  #commit(entry: Entry, inTerm: number): void {
    this.#committed[entry.index - 1] = { entry, inTerm };
    if (entry.content.kind !== 'command') return;
    const { client, seq } = entry.content.command;
    this.commands.add(`${client} ${seq}`);
  }

  /** Nobody knew before that it is committed: then this is the leader who has counted, and it counted right. */
  #firstCommits(id: MemberId, core: RaftCore, { index, term }: Entry): void {
    if (term !== core.term) {
      this.broken('a leader counts its own term', `${id} commits ${index} of ${term} in ${core.term}`);
    }
    const { voters, outgoing } = core.configuration;
    for (const set of [voters, outgoing]) {
      const have = set.filter((each) => this.#watched.get(each)?.disk.holds(index, term));
      if (set.length > 0 && have.length * 2 <= set.length) {
        const sentence = `${id} commits ${index} of ${term}, which ${have.join()} of ${set.join()} have`;
        this.broken('committed is durable at a majority', sentence);
      }
    }
  }
}
