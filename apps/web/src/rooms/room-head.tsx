import type { RoomPermissions } from '@bothy/rooms/views';
import { useRef } from 'react';
import { Icon } from '../shell/icons.tsx';
import { RoomDetails } from './room-details.tsx';
import { BackToRooms } from './room-pane.tsx';
import type { RoomView } from './room-view.ts';
import { memberCountWords } from './room-words.ts';
import type { RoomsState } from './rooms-session.ts';

interface RoomHeadProps {
  readonly view: RoomView;
  readonly state: RoomsState;
  readonly permissions: RoomPermissions;
  readonly membersShown: boolean;
  readonly showMembers: (shown: boolean) => void;
  readonly askToDelete: () => void;
}

/** Which room this is, and where it is kept. */
export function RoomHead({
  view,
  state,
  permissions,
  membersShown,
  showMembers,
  askToDelete,
}: RoomHeadProps) {
  const details = useRef<HTMLDialogElement>(null);
  const { info, members } = view;
  const here = members.filter(({ presence }) => presence === 'online').length;
  const name = info?.name ?? 'Room';
  return (
    <header className="conversation-head">
      <BackToRooms />
      <span className="avatar room-avatar" aria-hidden="true">
        {info?.visibility === 'private' ? <Icon name="lock" /> : (name[0] ?? '#').toUpperCase()}
      </span>
      <div className="conversation-title">
        <h2>{name}</h2>
        <p className="link-line">
          {info?.description ? (
            <span className="room-about">{info.description}</span>
          ) : (
            <Where state={state} view={view} />
          )}
        </p>
      </div>
      <button
        type="button"
        className="button members-button"
        aria-expanded={membersShown}
        aria-label={`Members: ${memberCountWords(members.length)}, ${here} here now`}
        onClick={() => showMembers(!membersShown)}
      >
        <Icon name="people" />
        {members.length}
      </button>
      <button
        type="button"
        className="button icon-only"
        aria-label={`About ${name}`}
        onClick={() => details.current?.showModal()}
      >
        <Icon name="info" />
      </button>
      <RoomDetails ref={details} view={view} permissions={permissions} askToDelete={askToDelete} />
    </header>
  );
}

function Where({ state, view }: { state: RoomsState; view: RoomView }) {
  const administrator = view.info?.administrator;
  if (administrator === undefined) return null;
  return <span>{administrator === state.node ? 'Kept by this node' : `Kept by ${administrator}`}</span>;
}
