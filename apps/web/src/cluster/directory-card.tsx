import { directoryWords } from '@bothy/rooms/views';
import type { DirectoryStatusAnswer } from '@bothy/wire/schemas';
import { useId } from 'react';

/** Who agrees on names, rooms and edges, and what may be lost. */
export function DirectoryCard({ directory }: { readonly directory: DirectoryStatusAnswer }) {
  const titleId = useId();
  const { tone, state, notes } = directoryWords(directory);
  return (
    <section aria-labelledby={titleId} className="directory-card">
      <h2 id={titleId}>Names, rooms and edges</h2>
      <p className={`tone-${tone}`} role="status">
        <span className="tone-dot" aria-hidden="true" />
        {state}
      </p>
      {notes.map((note) => (
        <p key={note} className="hint">
          {note}
        </p>
      ))}
    </section>
  );
}

interface ForceQuestionProps {
  readonly node: string;
  readonly force: () => void;
  readonly wait: () => void;
}

/** Most of the directory is lost with the node that is to be forgotten. */
export function ForceQuestion({ node, force, wait }: ForceQuestionProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a part of a form
    <div className="forget-question" role="group" aria-label={`Begin anew without ${node}?`}>
      <p>
        <strong>Begin anew without {node}?</strong> Only when the lost nodes will never come back: the nodes
        that are left go on with what they know, and what only the lost ones knew is gone.
      </p>
      <div className="actions">
        <button type="button" className="button small danger" onClick={force}>
          Begin anew without it
        </button>
        <button type="button" className="button small" onClick={wait}>
          Keep waiting
        </button>
      </div>
    </div>
  );
}
