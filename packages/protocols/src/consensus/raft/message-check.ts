/**
 * Whether a message says something possible at all. Members trust each other to keep the rules, but not to be free of
 * mistakes: what fails here is dropped, and nothing else in the core has to doubt a number or a list.
 */
import type { RaftConfiguration, RaftEntry, RaftMessage, RaftSnapshot } from './raft-messages.ts';

/** Terms and indexes stay below, so that one more is still exact. */
export const maxCount = 2 ** 52;

export function isPossible<Command, State>(message: RaftMessage<Command, State>): boolean {
  if (!isCount(message.term)) return false;
  switch (message.kind) {
    case 'requestVote':
      return isCount(message.lastIndex) && isCount(message.lastTerm) && message.lastTerm < message.term;
    case 'append':
      return (
        isCount(message.round) &&
        isCount(message.commit) &&
        isCount(message.previousIndex) &&
        isCount(message.previousTerm) &&
        follow(message.entries, message.previousIndex, message.previousTerm, message.term)
      );
    case 'appended':
      return isCount(message.round) && isCount(message.matchIndex);
    case 'conflict':
      return (
        isCount(message.round) &&
        isCount(message.previousIndex) &&
        isCount(message.hintIndex) &&
        isCount(message.hintTerm)
      );
    case 'snapshot':
      return isCount(message.round) && isPossibleSnapshot(message.snapshot, message.term);
    case 'vote':
    case 'timeoutNow':
      return true;
    default:
      return false;
  }
}

/** A change that `change` may ask for: somebody votes, and nobody is named twice. */
export function isPossibleChange(voters: readonly string[], learners: readonly string[]): boolean {
  const all = [...voters, ...learners];
  return voters.length > 0 && new Set(all).size === all.length && all.every((id) => id !== '');
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < maxCount;
}

function follow<Command>(
  entries: readonly RaftEntry<Command>[],
  previousIndex: number,
  previousTerm: number,
  term: number,
): boolean {
  let index = previousIndex;
  let before = previousTerm;
  for (const entry of entries) {
    index += 1;
    if (entry.index !== index || !isCount(entry.term) || entry.term < before) return false;
    if (entry.content.kind === 'configuration' && !isPossibleConfiguration(entry.content.configuration)) {
      return false;
    }
    before = entry.term;
  }
  return before <= term;
}

function isPossibleSnapshot<State>(snapshot: RaftSnapshot<State>, term: number): boolean {
  const { index, configuration } = snapshot;
  return (
    isCount(index) &&
    index >= 1 &&
    isCount(snapshot.term) &&
    snapshot.term <= term &&
    isPossibleConfiguration(configuration)
  );
}

function isPossibleConfiguration({ voters, outgoing, learners }: RaftConfiguration): boolean {
  return voters.length > 0 && isSorted(voters) && isSorted(outgoing) && isSorted(learners);
}

function isSorted(ids: readonly string[]): boolean {
  return ids.every((id, at) => at === 0 || (ids[at - 1] ?? '') < id);
}
