import { BothyError } from '@bothy/wire';
import { type FormEvent, type RefObject, useId, useState } from 'react';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';
import { RoomFields, type RoomWords } from './room-fields.tsx';
import { useRooms } from './rooms-context.ts';

const empty: RoomWords = { name: '', description: '', visibility: 'public' };

/** A new room: this browser's node keeps it, and whoever makes it owns it. */
export function CreateRoom({ ref }: { ref: RefObject<HTMLDialogElement | null> }) {
  const { session } = useRooms();
  const [words, setWords] = useState(empty);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const titleId = useId();

  async function create(event: FormEvent): Promise<void> {
    event.preventDefault();
    const name = words.name.trim();
    if (busy) return;
    if (name === '') return setProblem('Give the room a name.');
    setBusy(true);
    try {
      const id = await session.create({ ...words, name, description: words.description.trim() });
      ref.current?.close();
      goTo(routeHash('rooms', id));
      void session.readList();
    } catch (thrown) {
      setProblem(BothyError.from(thrown).message);
    } finally {
      setBusy(false);
    }
  }

  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      onClose={() => {
        setWords(empty);
        setProblem(undefined);
      }}
    >
      <h2 id={titleId}>New room</h2>
      <form className="key-form" onSubmit={create} noValidate>
        <RoomFields words={words} change={setWords} />
        {problem !== undefined && (
          <p className="hint problem" role="alert">
            {problem}
          </p>
        )}
        <div className="actions">
          <button type="submit" className="button primary" aria-disabled={busy}>
            {busy ? 'Making it…' : 'Make the room'}
          </button>
          <button type="button" className="button" onClick={() => ref.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
