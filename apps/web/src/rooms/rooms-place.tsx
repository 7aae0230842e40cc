import { BothyError } from '@bothy/wire';
import { useEffect, useRef, useState } from 'react';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';
import { Icon } from '../shell/icons.tsx';
import { Mark } from '../shell/mark.tsx';
import { useOpened } from '../shell/use-opened.ts';
import { CreateRoom } from './create-room.tsx';
import { openRooms } from './open-rooms.ts';
import { RoomListColumn } from './room-list.tsx';
import { RoomPane } from './room-pane.tsx';
import { RoomsContext, useRooms, useRoomsState } from './rooms-context.ts';
import './rooms.css';
import './room-timeline.css';
import './room-panels.css';

/** Rooms: the list of them, and the one that is open. */
export default function RoomsPlace({ roomId }: { roomId: string | undefined }) {
  const opened = useOpened(openRooms);
  if (opened === undefined) return <p className="place-opening hint">Opening the rooms…</p>;
  if (opened instanceof BothyError) {
    return (
      <div className="empty empty-content">
        <h1>Rooms could not be opened</h1>
        <p>{opened.message}</p>
      </div>
    );
  }
  return (
    <RoomsContext value={opened}>
      <Rooms roomId={roomId} />
    </RoomsContext>
  );
}

function Rooms({ roomId }: { roomId: string | undefined }) {
  const { session } = useRooms();
  const state = useRoomsState();
  const [query, setQuery] = useState('');
  const creating = useRef<HTMLDialogElement>(null);
  const search = useRef<HTMLInputElement>(null);
  useListReading(session.readList.bind(session), state.connection === 'open');

  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector('dialog[open]') !== null) return;
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (event.key === '/' && !typing) {
        event.preventDefault();
        search.current?.focus();
      } else if (event.key === 'Escape' && roomId !== undefined && !event.isComposing)
        goTo(routeHash('rooms'));
    }
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [roomId]);

  return (
    <div className={roomId === undefined ? 'chats rooms' : 'chats rooms chats-open'}>
      <div className="list-column">
        <div className="list-head">
          <h1>Rooms</h1>
          <button type="button" className="button" onClick={() => creating.current?.showModal()}>
            <Icon name="add" />
            New room
          </button>
        </div>
        <RoomListColumn state={state} openId={roomId} query={query} setQuery={setQuery} searchRef={search} />
      </div>
      <div className="content-column">
        {roomId === undefined ? <NothingOpen /> : <RoomPane key={roomId} roomId={roomId} state={state} />}
      </div>
      <CreateRoom ref={creating} />
    </div>
  );
}

/** What others make or delete is seen within this, without a word from the node. */
const listEveryMs = 10_000;

function useListReading(read: () => Promise<void>, connected: boolean): void {
  const latest = useRef(read);
  useEffect(() => {
    latest.current = read;
  });
  useEffect(() => {
    if (!connected) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void latest.current();
    }, listEveryMs);
    return () => clearInterval(timer);
  }, [connected]);
}

function NothingOpen() {
  return (
    <div className="empty empty-content">
      <Mark sizePx={72} />
      <p>
        Choose a room on the left, or make one. The nodes keep what is said, so whoever comes later reads it
        too.
      </p>
      <a className="button" href={routeHash('cluster')}>
        See the nodes
      </a>
    </div>
  );
}
