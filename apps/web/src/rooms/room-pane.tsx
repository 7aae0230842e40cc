import { type RoomInfo, roomIdPattern } from '@bothy/wire';
import { type ReactNode, useEffect, useRef } from 'react';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';
import { Icon } from '../shell/icons.tsx';
import { Mark } from '../shell/mark.tsx';
import { DeleteRoom } from './delete-room.tsx';
import { RoomConversation } from './room-conversation.tsx';
import type { RoomView } from './room-view.ts';
import { memberCountWords } from './room-words.ts';
import { useRooms } from './rooms-context.ts';
import type { RoomsState } from './rooms-session.ts';

interface RoomPaneProps {
  readonly roomId: string;
  readonly state: RoomsState;
}

/** What is open beside the list: a room one is in, the way into one, or why there is none. */
export function RoomPane({ roomId, state }: RoomPaneProps) {
  const deleting = useRef<HTMLDialogElement>(null);
  const view = state.rooms.get(roomId);
  return (
    <>
      <OpenRoom roomId={roomId} state={state} askToDelete={() => deleting.current?.showModal()} />
      {view !== undefined && <DeleteRoom ref={deleting} view={view} />}
    </>
  );
}

function OpenRoom({ roomId, state, askToDelete }: RoomPaneProps & { askToDelete: () => void }) {
  const { session } = useRooms();
  const view = state.rooms.get(roomId);
  const connected = state.connection === 'open';
  useEffect(() => {
    if (connected && roomIdPattern.test(roomId)) void session.lookAt(roomId);
  }, [session, roomId, connected]);

  if (view === undefined) {
    const info = state.list.rooms.find(({ id }) => id === roomId);
    if (info !== undefined) return <JoinPane room={info} />;
    if (state.list.known) return <NoSuchRoom />;
    return <Pane title="Looking for the room…">{!connected && <p>No node answers yet.</p>}</Pane>;
  }
  const joinedBefore =
    view.info !== undefined && (view.members.length > 0 || session.log(roomId).lastSeq > 0);
  if (view.standing === 'in' || (view.standing === 'joining' && joinedBefore)) {
    return <RoomConversation key={view.resets} view={view} state={state} askToDelete={askToDelete} />;
  }
  if (view.standing === 'out') return <EndedPane view={view} />;
  if (view.standing === 'refused') return <RefusedPane view={view} />;
  return (
    <Pane title={view.info?.name ?? 'The room'}>
      <p>{connected ? 'Coming in…' : 'Waiting for a node to answer. The room opens as soon as one does.'}</p>
    </Pane>
  );
}

function JoinPane({ room }: { room: RoomInfo }) {
  const { session } = useRooms();
  return (
    <Pane title={room.name}>
      {room.description !== '' && <p>{room.description}</p>}
      <p className="hint">
        {room.visibility === 'private' ? 'By invitation' : 'Open to everybody'} ·{' '}
        {memberCountWords(room.memberCount)} · kept by {room.administrator}
      </p>
      {room.state === 'unavailable' && (
        <p className="notice warning">
          {room.administrator} cannot be reached. You can join when it is back.
        </p>
      )}
      {room.state === 'deleting' ? (
        <p className="notice warning">This room is being deleted.</p>
      ) : (
        <button type="button" className="button primary" onClick={() => session.join(room.id)}>
          Join the room
        </button>
      )}
    </Pane>
  );
}

function NoSuchRoom() {
  return (
    <Pane title="There is no such room">
      <p>It was deleted, or it needs an invitation that you do not have.</p>
      <a className="button" href={routeHash('rooms')}>
        Back to rooms
      </a>
    </Pane>
  );
}

function EndedPane({ view }: { view: RoomView }) {
  const { session } = useRooms();
  const name = view.info?.name ?? 'The room';
  const title = {
    banned: `You were banned from ${name}`,
    deleted: `${name} was deleted`,
    left: `You left ${name}`,
  }[view.code === 'banned' || view.code === 'deleted' ? view.code : 'left'];
  return (
    <Pane title={title}>
      {view.code === 'deleted' && <p>Its messages are gone from all nodes.</p>}
      {view.code === 'banned' && <p>An owner of the room can lift that.</p>}
      {view.code !== 'deleted' && view.code !== 'banned' && view.reason !== undefined && <p>{view.reason}</p>}
      <div className="actions">
        {view.code !== 'deleted' && view.code !== 'banned' && (
          <button type="button" className="button primary" onClick={() => session.join(view.id)}>
            Join again
          </button>
        )}
        <Forget view={view} />
      </div>
    </Pane>
  );
}

function RefusedPane({ view }: { view: RoomView }) {
  const { session } = useRooms();
  const passing = view.code === 'administrator_unreachable' || view.code === 'node_unreachable';
  const title =
    {
      banned: 'You were banned from this room',
      room_not_found: 'There is no such room',
      room_deleted: 'This room was deleted',
    }[view.code as string] ?? (passing ? 'The room’s node is not in reach' : 'You could not come in');
  return (
    <Pane title={title}>
      <p>{view.reason}</p>
      <div className="actions">
        <button type="button" className="button" onClick={() => session.join(view.id)}>
          Try again
        </button>
        {!passing && <Forget view={view} />}
      </div>
    </Pane>
  );
}

function Forget({ view }: { view: RoomView }) {
  const { session } = useRooms();
  function forget(): void {
    goTo(routeHash('rooms'));
    session.forget(view.id);
  }
  return (
    <button type="button" className="button" onClick={forget}>
      Take it off my list
    </button>
  );
}

function Pane({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="request-pane" aria-labelledby="room-pane-title">
      <BackToRooms />
      <div className="request-card">
        <Mark sizePx={56} />
        <h2 id="room-pane-title">{title}</h2>
        {children}
      </div>
    </section>
  );
}

/** Seen only where list and content do not fit side by side. */
export function BackToRooms() {
  return (
    <a className="button icon-only back-link" href={routeHash('rooms')} aria-label="Back to rooms">
      <Icon name="back" />
    </a>
  );
}
