/**
 * Who decides in a directory, read off the configuration of its Raft member. While voters change, two sets of them have to
 * agree: those of before are the `outgoing`.
 */
import type { RaftConfiguration } from '@bothy/protocols';
import type { NodeId } from '@bothy/wire';

/** Whose word counts, in order. */
export function allVoters({ voters, outgoing }: RaftConfiguration): readonly NodeId[] {
  return [...new Set([...voters, ...outgoing])].sort();
}

/** Nobody else has to be asked: what this node decides is decided. */
export function isOnlyVoter({ voters, outgoing }: RaftConfiguration, node: NodeId): boolean {
  return voters.length === 1 && voters[0] === node && outgoing.length === 0;
}

/** Who decides for certain, in order: while voters change, those of before do as well, and are the ones to count on. */
export function certainDeciders({ voters, outgoing, learners }: RaftConfiguration): {
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
} {
  if (outgoing.length === 0) return { voters: [...voters].sort(), learners };
  const newcomers = voters.filter((voter) => !outgoing.includes(voter));
  return { voters: [...outgoing].sort(), learners: [...learners, ...newcomers].sort() };
}

/** How many voters may be lost. */
export function survivableLosses({ voters, outgoing }: RaftConfiguration): number {
  const sizes = [voters.length, ...(outgoing.length === 0 ? [] : [outgoing.length])];
  return Math.max(0, Math.ceil(Math.min(...sizes) / 2) - 1);
}
