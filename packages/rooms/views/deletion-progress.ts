/** How a deletion stands, in steps that a person can follow: asked, agreed, decided, done everywhere. */
import type { DeletionOutcome } from '@bothy/wire';

export interface DeletionStep {
  readonly words: string;
  readonly state: 'done' | 'waiting' | 'failed';
}

export interface DeletionProgress {
  readonly title: string;
  readonly steps: readonly DeletionStep[];
  /** From 0 to 1, for a bar. */
  readonly fraction: number;
  readonly isOver: boolean;
}

/** `undefined` while the answer is awaited. */
export function deletionProgress(outcome: DeletionOutcome | undefined): DeletionProgress {
  if (outcome === undefined) {
    const asking = 'The nodes with members are asked whether the room may go.';
    return {
      title: 'Deleting the room',
      steps: [{ words: asking, state: 'waiting' }],
      fraction: 0.1,
      isOver: false,
    };
  }
  const votes = Object.entries(outcome.votes).sort(([one], [other]) => (one < other ? -1 : 1));
  const steps: DeletionStep[] = votes.map(([node, vote]) => voteStep(node, vote));
  const { pending } = outcome;
  if (outcome.outcome === 'aborted') {
    const why = outcome.reason === undefined ? '' : ` ${outcome.reason}`;
    steps.push({ words: `The room stays, unchanged, for everybody.${why}`, state: 'failed' });
    return { title: 'The room was not deleted', steps, fraction: 1, isOver: true };
  }
  if (outcome.outcome === 'pending' && pending.length === 0) {
    steps.push({ words: 'The decision is being made.', state: 'waiting' });
    return { title: 'Deleting the room', steps, fraction: 0.5, isOver: false };
  }
  steps.push({ words: 'It is decided: the room is deleted.', state: 'done' });
  for (const node of pending) {
    steps.push({
      words: `${node} has not confirmed yet. It deletes the room once it is reached.`,
      state: 'waiting',
    });
  }
  const all = Math.max(votes.length, pending.length);
  const fraction = all === 0 ? 1 : 0.5 + (0.5 * (all - pending.length)) / all;
  const isOver = pending.length === 0;
  return {
    title: isOver ? 'The room is deleted' : 'The room is deleted, and nodes are being told',
    steps,
    fraction,
    isOver,
  };
}

function voteStep(node: string, vote: DeletionOutcome['votes'][string]): DeletionStep {
  if (vote === 'ready') return { words: `${node} agreed.`, state: 'done' };
  if (vote === 'abort') return { words: `${node} refused.`, state: 'failed' };
  return { words: `${node} did not answer in time.`, state: 'failed' };
}
