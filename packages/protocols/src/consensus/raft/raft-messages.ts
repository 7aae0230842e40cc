/**
 * What a Raft member takes in, gives out, says to others and keeps (Ongaro: "Consensus: Bridging Theory and Practice",
 * Stanford 2014; chapters are quoted from there). Plain data. `Command` and `State` belong to the replicated state
 * machine, which the host keeps: Raft orders commands and never looks into them.
 */
import type { ClearTimer, Durable, Persist, SetTimer, TimerFired } from '../../core.ts';

/** Unique in the cluster for ever: a member that lost its disk needs a new one. */
export type MemberId = string;

/** Who counts. While `outgoing` is not empty the change is joint: both sets have to agree (4.3). Each list is sorted. */
export interface RaftConfiguration {
  readonly voters: readonly MemberId[];
  /** The voters before, until the change is over. */
  readonly outgoing: readonly MemberId[];
  /** Are sent everything and count for nothing (4.2.1). */
  readonly learners: readonly MemberId[];
}

export type EntryContent<Command> =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'configuration'; readonly configuration: RaftConfiguration }
  /**
   * The first of each leader, so that what came before it can be counted (5.4.2 of the paper, 6.4 of the thesis). In an
   * empty log it is the founders' configuration instead.
   */
  | { readonly kind: 'nothing' };

export interface RaftEntry<Command> {
  /** From 1, no gaps. */
  readonly index: number;
  readonly term: number;
  readonly content: EntryContent<Command>;
}

/** All that came up to `index`, as one state (chapter 5). */
export interface RaftSnapshot<State> {
  readonly index: number;
  readonly term: number;
  /** As of `index`. */
  readonly configuration: RaftConfiguration;
  readonly state: State;
}

// --- what is kept ------------------------------------------------------------------------------------------------------

export type RaftWrite<Command, State> =
  | { readonly kind: 'putVote'; readonly term: number; readonly votedFor: MemberId | null }
  /** Without gaps. Replaces all that is stored from the first one's index on. */
  | { readonly kind: 'putEntries'; readonly entries: readonly RaftEntry<Command>[] }
  /** Replaces the one before. Entries up to `dropThrough` are dropped; with `dropAll` also those after it. */
  | {
      readonly kind: 'putSnapshot';
      readonly snapshot: RaftSnapshot<State>;
      readonly dropThrough: number;
      readonly dropAll: boolean;
    };

/** What a member is started from: what its writes have made durable. */
export interface RaftStored<Command, State> {
  readonly term: number;
  readonly votedFor: MemberId | null;
  readonly snapshot: RaftSnapshot<State> | null;
  /** Ascending, without gaps; what the snapshot covers may still be among them. */
  readonly entries: readonly RaftEntry<Command>[];
}

// --- what members say ---------------------------------------------------------------------------------------------------

export type RaftMessage<Command, State> =
  /** `pre`: would you vote for me in this term (9.6)? It changes nothing. `transfer`: the leader told me to (3.10). */
  | {
      readonly kind: 'requestVote';
      readonly term: number;
      readonly pre: boolean;
      readonly transfer: boolean;
      readonly lastIndex: number;
      readonly lastTerm: number;
    }
  /** Of a granted `pre` vote `term` is the one that was asked about, else the sender's. */
  | { readonly kind: 'vote'; readonly term: number; readonly pre: boolean; readonly granted: boolean }
  /** Without entries it is the heartbeat. `round` comes back, and counts what was sent (6.4: reads). */
  | {
      readonly kind: 'append';
      readonly term: number;
      readonly round: number;
      readonly previousIndex: number;
      readonly previousTerm: number;
      readonly entries: readonly RaftEntry<Command>[];
      readonly commit: number;
    }
  /** Everything up to `matchIndex` is durable at the sender, and the same as at the leader. */
  | { readonly kind: 'appended'; readonly term: number; readonly round: number; readonly matchIndex: number }
  /**
   * `previousIndex` does not fit. The leader goes on at the last entry that it has of a term up to `hintTerm`, at or
   * before `hintIndex` (5.3 of the paper, last paragraphs).
   */
  | {
      readonly kind: 'conflict';
      readonly term: number;
      readonly round: number;
      readonly previousIndex: number;
      readonly hintIndex: number;
      readonly hintTerm: number;
    }
  | {
      readonly kind: 'snapshot';
      readonly term: number;
      readonly round: number;
      readonly snapshot: RaftSnapshot<State>;
    }
  /** Be a candidate now (3.10). */
  | { readonly kind: 'timeoutNow'; readonly term: number };

// --- inputs and outputs -------------------------------------------------------------------------------------------------

export type RaftInput<Command, State> =
  | { readonly kind: 'start' }
  | { readonly kind: 'message'; readonly from: MemberId; readonly message: RaftMessage<Command, State> }
  /** Answered by `proposed` with the same id, once: committed, or refused. */
  | { readonly kind: 'propose'; readonly id: string; readonly command: Command }
  /**
   * A linearizable read (6.4): answered by `readable` once the state machine has applied all that was committed when
   * the read came. `index` asks a majority, `lease` trusts that clocks run at nearly the same rate.
   */
  | { readonly kind: 'read'; readonly id: string; readonly mode: 'index' | 'lease' }
  /** Who shall count from now on. Answered by `proposed` once the change is over, both of its steps. */
  | {
      readonly kind: 'change';
      readonly id: string;
      readonly voters: readonly MemberId[];
      readonly learners: readonly MemberId[];
    }
  /** Hand leadership over to this voter; answered by `transferred`. */
  | { readonly kind: 'transfer'; readonly id: string; readonly to: MemberId }
  /** The host's state machine as of the applied `index`: what came before may be dropped from the log. */
  | { readonly kind: 'compact'; readonly index: number; readonly state: State }
  | TimerFired
  | Durable;

export type RaftRole = 'follower' | 'preCandidate' | 'candidate' | 'leader';

export type RaftRefusal =
  /** `leader` of the output says who is, if known. */
  | 'notLeader'
  /** Whether it will be committed is not known: leadership ended first. */
  | 'leadershipLost'
  /** A change or a transfer is under way, or this leader has not committed in its term yet. Try again. */
  | 'busy'
  /** Too much waits. Try again. */
  | 'overloaded'
  /** The change names no voter, or the transfer's target is not one. */
  | 'invalid'
  /** The target did not take over in time. */
  | 'timedOut';

export type RaftOutput<Command, State> =
  | Persist<RaftWrite<Command, State>>
  | {
      readonly kind: 'send';
      readonly to: MemberId;
      readonly message: RaftMessage<Command, State>;
      readonly early?: true;
    }
  /** Committed commands in order, each once per start. Replies wait for what `proposed` says of the same step. */
  | { readonly kind: 'apply'; readonly entries: readonly RaftEntry<Command>[] }
  /** Replaces the whole state machine. At a start with a snapshot this is the first output. */
  | { readonly kind: 'install'; readonly snapshot: RaftSnapshot<State> }
  | {
      readonly kind: 'proposed';
      readonly id: string;
      readonly result:
        | { readonly ok: true; readonly index: number }
        | { readonly ok: false; readonly refusal: RaftRefusal; readonly leader: MemberId | null };
    }
  | {
      readonly kind: 'readable';
      readonly id: string;
      readonly result:
        | { readonly ok: true; readonly index: number }
        | { readonly ok: false; readonly refusal: RaftRefusal; readonly leader: MemberId | null };
    }
  | {
      readonly kind: 'transferred';
      readonly id: string;
      readonly result: { readonly ok: true } | { readonly ok: false; readonly refusal: RaftRefusal };
    }
  /** How this member stands now; said at every change of any of these. */
  | {
      readonly kind: 'standing';
      readonly role: RaftRole;
      readonly term: number;
      readonly leader: MemberId | null;
      readonly configuration: RaftConfiguration;
    }
  | SetTimer
  | ClearTimer;

export interface RaftOptions {
  readonly id: MemberId;
  /** Who counts in an empty log. Empty for a member that is to be added by others. */
  readonly founders: readonly MemberId[];
  /** Least time without a leader until a follower asks for votes; the most is twice that (3.4). */
  readonly electionTimeoutMs: number;
  /** Well below `electionTimeoutMs`. */
  readonly heartbeatMs: number;
  /** Of a lease: how much faster one member's monotonic clock may run than another's, such as 1.1. */
  readonly clockDrift: number;
  /** Entries in one message. */
  readonly maxEntriesPerMessage: number;
  /** Messages with entries that are under way to one member. */
  readonly maxInFlight: number;
  /** Proposals and reads that wait; more are refused as `overloaded`. */
  readonly maxWaiting: number;
}
