import type { RoomPermissions } from '@bothy/rooms/views';
import { BothyError } from '@bothy/wire';
import { type FormEvent, type RefObject, useId, useState } from 'react';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';
import { RoomFields, type RoomWords } from './room-fields.tsx';
import { type RoomView, roleOf } from './room-view.ts';
import { memberCountWords, roleWords } from './room-words.ts';
import { useRooms } from './rooms-context.ts';

interface RoomDetailsProps {
  readonly ref: RefObject<HTMLDialogElement | null>;
  readonly view: RoomView;
  readonly permissions: RoomPermissions;
  /** Asks whether the room shall be deleted. */
  readonly askToDelete: () => void;
}

type Page = 'about' | 'changing' | 'leaving';

/** What a room is for, where it is kept, and how to change, leave or delete it. */
export function RoomDetails({ ref, view, permissions, askToDelete }: RoomDetailsProps) {
  const { session } = useRooms();
  const [page, setPage] = useState<Page>('about');
  const [problem, setProblem] = useState<string>();
  const titleId = useId();
  const { info } = view;
  const close = () => ref.current?.close();
  const name = info?.name ?? 'Room';
  const titles: Readonly<Record<Page, string>> = {
    about: name,
    changing: `Change ${name}`,
    leaving: `Leave ${name}?`,
  };

  function remove(): void {
    close();
    askToDelete();
  }

  async function leave(): Promise<void> {
    try {
      await session.leave(view.id);
      goTo(routeHash('rooms'));
    } catch (thrown) {
      setProblem(BothyError.from(thrown).message);
    }
  }

  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      onClose={() => {
        setPage('about');
        setProblem(undefined);
      }}
    >
      <h2 id={titleId}>{titles[page]}</h2>
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      {page === 'about' && info !== undefined && (
        <>
          {info.description !== '' && <p>{info.description}</p>}
          <dl className="facts">
            <dt>Who may join</dt>
            <dd>{info.visibility === 'public' ? 'Everybody' : 'Those who are invited'}</dd>
            <dt>Members</dt>
            <dd>{memberCountWords(info.memberCount)}</dd>
            <dt>You are</dt>
            <dd>{roleWords[roleOf(view, session.state().me) ?? 'reader']}</dd>
            <dt>Kept by</dt>
            <dd>
              the node {info.administrator}, which orders what is said.{' '}
              <a href={routeHash('cluster')}>See the nodes</a>
            </dd>
          </dl>
          <div className="actions">
            {permissions.update && (
              <button type="button" className="button" onClick={() => setPage('changing')}>
                Change…
              </button>
            )}
            <button type="button" className="button" onClick={() => setPage('leaving')}>
              Leave…
            </button>
            {permissions.delete && (
              <button type="button" className="button" onClick={remove}>
                Delete…
              </button>
            )}
            <button type="button" className="button" onClick={close}>
              Close
            </button>
          </div>
        </>
      )}
      {page === 'changing' && info !== undefined && (
        <ChangeRoom
          before={{ name: info.name, description: info.description, visibility: info.visibility }}
          change={async (words) => {
            try {
              await session.call({ kind: 'update', requestId: session.newId(), room: view.id, ...words });
              close();
              void session.readList();
            } catch (thrown) {
              setProblem(BothyError.from(thrown).message);
            }
          }}
          cancel={() => setPage('about')}
        />
      )}
      {page === 'leaving' && (
        <>
          <p>
            {info?.visibility === 'private'
              ? 'It is by invitation: to come back somebody has to invite you again.'
              : 'You can join again whenever you like. What was said stays.'}
          </p>
          <div className="actions">
            <button type="button" className="button danger" onClick={leave}>
              Leave
            </button>
            <button type="button" className="button" onClick={() => setPage('about')}>
              Stay
            </button>
          </div>
        </>
      )}
    </dialog>
  );
}

interface ChangeRoomProps {
  readonly before: RoomWords;
  readonly change: (words: Partial<RoomWords>) => Promise<void>;
  readonly cancel: () => void;
}

function ChangeRoom({ before, change, cancel }: ChangeRoomProps) {
  const [words, setWords] = useState(before);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const name = words.name.trim();
    const description = words.description.trim();
    const changed: Partial<RoomWords> = {
      ...(name === before.name || name === '' ? {} : { name }),
      ...(description === before.description ? {} : { description }),
      ...(words.visibility === before.visibility ? {} : { visibility: words.visibility }),
    };
    if (Object.keys(changed).length === 0) return cancel();
    await change(changed);
  }
  return (
    <form className="key-form" onSubmit={submit}>
      <RoomFields words={words} change={setWords} />
      <div className="actions">
        <button type="submit" className="button primary">
          Save
        </button>
        <button type="button" className="button" onClick={cancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
