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
