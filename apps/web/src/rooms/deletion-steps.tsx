import type { DeletionOutcome } from '@bothy/wire';
import { voteLines } from './room-words.ts';

/** The steps of a deletion: asked, decided, carried out. `outcome` is undefined while the nodes are asked. */
export function DeletionSteps({ outcome }: { outcome: DeletionOutcome | undefined }) {
  const votes = outcome === undefined ? [] : voteLines(outcome);
  const decided = outcome !== undefined;
  const aborted = outcome?.outcome === 'aborted';
  const done = outcome?.outcome === 'committed';
  return (
    <ol className="delete-steps">
      <li className={decided ? 'link-step' : 'link-step step-now'}>
        <span className="step-mark" aria-hidden="true">
          {decided ? '✓' : '…'}
        </span>
        <span>
          Ask: may it be deleted?
          {decided && votes.length === 0 && (
            <span className="hint votes"> No other node has members of it.</span>
          )}
          {votes.length > 0 && (
            <ul className="votes" aria-label="What each node said">
              {votes.map(({ node, words, good }) => (
                <li key={node} className={good ? undefined : 'step-failed'}>
                  <strong>{node}</strong> {words}
                </li>
              ))}
            </ul>
          )}
        </span>
      </li>
      <li className={aborted ? 'link-step step-failed' : decided ? 'link-step' : 'link-step step-ahead'}>
        <span className="step-mark" aria-hidden="true">
          {aborted ? '×' : decided ? '✓' : ''}
        </span>
        <span>{aborted ? 'Decided: it stays' : 'Decide, and write it down for good'}</span>
      </li>
      {!aborted && (
        <li className={done ? 'link-step' : 'link-step step-ahead'}>
          <span className="step-mark" aria-hidden="true">
            {done ? '✓' : ''}
          </span>
          <span>Carry it out on every node</span>
        </li>
      )}
    </ol>
  );
}
