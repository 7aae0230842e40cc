/**
 * Who the members of a directory should be, by what its leader sees. Pure: the change from what they are is made by
 * `Membership`, one at a time.
 */
import type { RaftConfiguration } from '@bothy/protocols';
import type { NodeId } from '@bothy/wire';
import { bounds } from './config.ts';

export interface Sight {
  readonly self: NodeId;
  /** They go. */
  readonly leaving: ReadonlySet<NodeId>;
  /** They come, as learners. */
  readonly coming: ReadonlySet<NodeId>;
  /** Linked, caught up, and there for a while. */
  readonly mayVote: (learner: NodeId) => boolean;
  readonly isLinked: (node: NodeId) => boolean;
}

/**
 * The largest odd number of voters up to five. An even number would lose no more of them than the odd one below it. Who
 * is merely away stays a voter: with fewer, two halves of a cluster that was cut could both decide.
 */
export function wantedMembers(
  { voters, learners }: Pick<RaftConfiguration, 'voters' | 'learners'>,
  { self, leaving, coming, mayVote, isLinked }: Sight,
): { readonly voters: readonly NodeId[]; readonly learners: readonly NodeId[] } {
  const stay = (nodes: readonly NodeId[]): NodeId[] => nodes.filter((node) => !leaving.has(node));
  const isKnown = new Set([...voters, ...learners]);
  const left = stay(voters);
  const others = [...stay(learners), ...[...coming].filter((node) => !isKnown.has(node))].sort();
  const fit = others.filter((node) => isKnown.has(node) && mayVote(node));
  const most = left.length + fit.length;
  const count = Math.min(bounds.voters, most % 2 === 0 ? most - 1 : most);
  if (count < 1) return { voters, learners };
  const rank = (node: NodeId): number => (node === self ? 0 : isLinked(node) ? 1 : 2);
  const kept = [...left].sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
  const chosen = new Set([...kept.slice(0, count), ...fit.slice(0, Math.max(0, count - left.length))]);
  return {
    voters: [...chosen].sort(),
    learners: [...left, ...others].filter((node) => !chosen.has(node)).sort(),
  };
}
