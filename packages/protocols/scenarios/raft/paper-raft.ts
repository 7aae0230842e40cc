/**
 * Raft as in figure 2 of the paper, to show what its rules are for: without pre-vote, check-quorum, snapshots and joint
 * configurations, and told when to be a candidate. A change of who counts is one entry, of one member at a time
 * (4.1 of the thesis, before its erratum). The product runs `RaftMember`, which knows neither switch.
 */
import type { Core, MemberId, Persist } from '@bothy/protocols';

export interface PaperSwitches {
  /** Entries of earlier terms are committed by counting who has them. The fix: they are not (5.4.2). */
  readonly countsOldTerms: boolean;
  /** Who counts is changed by a leader that has committed nothing in its term. The fix: not before. */
  readonly changesTooSoon: boolean;
}

export interface PaperEntry {
  readonly term: number;
  readonly value: string;
  /** Who counts from here on. */
  readonly members?: readonly MemberId[];
}

export interface PaperState {
  readonly term: number;
  readonly votedFor: MemberId | null;
  /** The entry of index 1 first. */
  readonly log: readonly PaperEntry[];
}

export type PaperMessage =
  | {
      readonly kind: 'requestVote';
      readonly term: number;
      readonly length: number;
      readonly lastTerm: number;
    }
  | { readonly kind: 'vote'; readonly term: number; readonly granted: boolean }
  /** The whole log. */
  | {
      readonly kind: 'append';
      readonly term: number;
      readonly log: readonly PaperEntry[];
      readonly commit: number;
    }
  | { readonly kind: 'appended'; readonly term: number; readonly match: number };

export type PaperInput =
  | { readonly kind: 'campaign' }
  | { readonly kind: 'propose'; readonly value: string; readonly members?: readonly MemberId[] }
  | { readonly kind: 'message'; readonly from: MemberId; readonly message: PaperMessage };

export type PaperOutput =
  | Persist<PaperState>
  | { readonly kind: 'send'; readonly to: MemberId; readonly message: PaperMessage }
  | { readonly kind: 'committed'; readonly index: number; readonly entry: PaperEntry };

export class PaperRaft implements Core<PaperInput, PaperOutput> {
  readonly #id: MemberId;
  readonly #founders: readonly MemberId[];
  readonly #switches: PaperSwitches;
  #state: PaperState;
  #role: 'follower' | 'candidate' | 'leader' = 'follower';
  #commit = 0;
  /** Of a leader: the first entry of its term. */
  #termStart = 0;
  readonly #votes = new Set<MemberId>();
  readonly #match = new Map<MemberId, number>();
  #outputs: PaperOutput[] = [];

  constructor(id: MemberId, founders: readonly MemberId[], switches: PaperSwitches, state: PaperState) {
    this.#id = id;
    this.#founders = founders;
    this.#switches = switches;
    this.#state = state;
  }

  get role(): 'follower' | 'candidate' | 'leader' {
    return this.#role;
  }

  step(input: PaperInput): readonly PaperOutput[] {
    if (input.kind === 'campaign') this.#campaign();
    else if (input.kind === 'propose') this.#propose(input);
    else this.#received(input.from, input.message);
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  get #members(): readonly MemberId[] {
    return this.#state.log.findLast(({ members }) => members !== undefined)?.members ?? this.#founders;
  }

  #campaign(): void {
    const { term, log } = this.#state;
    this.#role = 'candidate';
    this.#votes.clear();
    this.#votes.add(this.#id);
    this.#set({ term: term + 1, votedFor: this.#id });
    const lastTerm = log.at(-1)?.term ?? 0;
    this.#sendToOthers({ kind: 'requestVote', term: term + 1, length: log.length, lastTerm });
  }

  #propose({ value, members }: Extract<PaperInput, { kind: 'propose' }>): void {
    if (this.#role !== 'leader') return;
    const mayChange = this.#switches.changesTooSoon || this.#commit >= this.#termStart;
    if (members !== undefined && !mayChange) return;
    this.#append({ term: this.#state.term, value, ...(members === undefined ? {} : { members }) });
  }

  #received(from: MemberId, message: PaperMessage): void {
    if (message.term > this.#state.term) {
      this.#role = 'follower';
      this.#set({ term: message.term, votedFor: null });
    }
    switch (message.kind) {
      case 'requestVote':
        return this.#voteRequested(from, message);
      case 'vote':
        return this.#voted(from, message);
      case 'append':
        return this.#appendReceived(from, message);
      case 'appended':
        return this.#appended(from, message);
    }
  }

  #voteRequested(from: MemberId, asked: Extract<PaperMessage, { kind: 'requestVote' }>): void {
    const { term, votedFor, log } = this.#state;
    const lastTerm = log.at(-1)?.term ?? 0;
    const isUpToDate =
      asked.lastTerm > lastTerm || (asked.lastTerm === lastTerm && asked.length >= log.length);
    const granted = asked.term === term && (votedFor === null || votedFor === from) && isUpToDate;
    if (granted) this.#set({ votedFor: from });
    this.#send(from, { kind: 'vote', term, granted });
  }

  #voted(from: MemberId, { term, granted }: Extract<PaperMessage, { kind: 'vote' }>): void {
    if (this.#role !== 'candidate' || term !== this.#state.term || !granted) return;
    this.#votes.add(from);
    if (!this.#isMajority((member) => this.#votes.has(member))) return;
    this.#role = 'leader';
    this.#match.clear();
    this.#termStart = this.#state.log.length + 1;
    this.#replicate();
  }

  #appendReceived(from: MemberId, message: Extract<PaperMessage, { kind: 'append' }>): void {
    const { term } = this.#state;
    if (message.term < term) return;
    this.#role = 'follower';
    const { log, commit } = message;
    const isNewer = log.some((entry, at) => this.#state.log[at]?.term !== entry.term);
    if (isNewer) this.#set({ log });
    this.#commitTo(Math.min(commit, log.length));
    this.#send(from, { kind: 'appended', term, match: log.length });
  }

  #appended(from: MemberId, { term, match }: Extract<PaperMessage, { kind: 'appended' }>): void {
    if (this.#role !== 'leader' || term !== this.#state.term) return;
    this.#match.set(from, Math.max(match, this.#match.get(from) ?? 0));
    const { log } = this.#state;
    for (let index = log.length; index > this.#commit; index--) {
      const counts = this.#switches.countsOldTerms || log[index - 1]?.term === term;
      const has = (member: MemberId): boolean =>
        member === this.#id || (this.#match.get(member) ?? 0) >= index;
      if (!counts || !this.#isMajority(has)) continue;
      this.#commitTo(index);
      return this.#replicate();
    }
  }

  #isMajority(says: (member: MemberId) => boolean): boolean {
    return this.#members.filter(says).length * 2 > this.#members.length;
  }

  #append(entry: PaperEntry): void {
    this.#set({ log: [...this.#state.log, entry] });
    this.#replicate();
  }

  #replicate(): void {
    const { term, log } = this.#state;
    this.#sendToOthers({ kind: 'append', term, log, commit: this.#commit });
  }

  #commitTo(index: number): void {
    while (this.#commit < index) {
      this.#commit += 1;
      const entry = this.#state.log[this.#commit - 1];
      if (entry !== undefined) this.#outputs.push({ kind: 'committed', index: this.#commit, entry });
    }
  }

  #set(changed: Partial<PaperState>): void {
    this.#state = { ...this.#state, ...changed };
    this.#outputs.push({ kind: 'persist', writes: [this.#state] });
  }

  #sendToOthers(message: PaperMessage): void {
    for (const member of this.#members) if (member !== this.#id) this.#send(member, message);
  }

  #send(to: MemberId, message: PaperMessage): void {
    this.#outputs.push({ kind: 'send', to, message });
  }
}
