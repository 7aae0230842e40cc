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
  // It has started anew, or dialled again: what it had dialled before is over.
  if (standing.boot !== caller.boot || !standing.isDialled) return 'accept';
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
  return standing.boot === answered.boot ? 'hold' : 'open';
}
