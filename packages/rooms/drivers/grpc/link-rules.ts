/**
 * Which stream between two nodes stands. Both sides decide by the same rules from what both know, so that they keep
 * the same one, and a link that only one of them has lost is replaced.
 */
import type { NodeId } from '@bothy/wire';

/** A node as one start of it. */
export interface Start {
  readonly id: NodeId;
  /** Of its data folder. */
  readonly instance: string;
  /** Of its process. */
  readonly boot: string;
}

/** The link that there is already to a node of that id. */
export interface Standing extends Start {
  readonly isUp: boolean;
  /** Something was heard on it within the last two heartbeats: its node runs. */
  readonly isHeard: boolean;
  /** By this node. */
  readonly isDialled: boolean;
}

export type IncomingVerdict =
  /** It stands, and replaces the one that there is. */
  | 'accept'
  /** The one that there is stands. */
  | 'glare'
  | 'taken';

/** `caller` has opened a stream to `self`. */
export function judgeIncoming(self: Start, caller: Start, standing: Standing | undefined): IncomingVerdict {
  if (caller.id === self.id) return 'taken';
  if (standing === undefined) return 'accept';
  if (standing.instance !== caller.instance) return standing.isUp ? 'taken' : 'accept';
  // It has started anew, unless the earlier start still speaks: then one of them runs with a copy of the data folder.
  if (standing.boot !== caller.boot) return standing.isUp && standing.isHeard ? 'taken' : 'accept';
  // It has dialled again: what it had dialled before is over.
  if (!standing.isDialled) return 'accept';
  // Both dialled: that of the lower id stands. If the caller has lost ours without our hearing of it, it is refused
  // until the silence ends it here too.
  return caller.id < self.id ? 'accept' : 'glare';
}

export type DialVerdict =
  | 'open'
  /** There is a link already, or one begins: the dial waits for what becomes of it. */
  | 'hold'
  | 'own'
  | 'taken';

/** A node answered a dial and said who it is. */
export function judgeDial(self: Start, answered: Start, standing: Standing | undefined): DialVerdict {
  if (answered.id === self.id)
    return answered.instance === self.instance && answered.boot === self.boot ? 'own' : 'taken';
  if (standing === undefined) return 'open';
  if (standing.instance !== answered.instance) return standing.isUp ? 'taken' : 'open';
  if (standing.boot === answered.boot) return 'hold';
  return standing.isUp && standing.isHeard ? 'taken' : 'open';
}
