import type { RoomPermissions } from '@bothy/rooms/views';
import { type Author, BothyError, type RoomMember, type RoomRole, roomRoles } from '@bothy/wire';
import { useState } from 'react';
import { AskedOnce } from '../shell/asked-once.tsx';
import { Icon } from '../shell/icons.tsx';
import { Avatar } from '../timeline/avatar.tsx';
import { InvitePerson } from './invite-person.tsx';
import { bannedPeople, orderMembers } from './member-order.ts';
import type { RoomView } from './room-view.ts';
import { presenceWords, roleWords } from './room-words.ts';
import { useRooms } from './rooms-context.ts';

interface MembersPanelProps {
  readonly view: RoomView;
  readonly me: Author | undefined;
  readonly permissions: RoomPermissions;
  readonly close: () => void;
}

/** Who is in the room, who is there now, and what the person at this browser may do about it. */
export function MembersPanel({ view, me, permissions, close }: MembersPanelProps) {
  const { session } = useRooms();
  const [asked, setAsked] = useState<Author>();
  const [problem, setProblem] = useState<string>();
  const base = () => ({ requestId: session.newId(), room: view.id });
  const tried = async (work: Promise<unknown>): Promise<void> => {
    setProblem(undefined);
    try {
      await work;
    } catch (thrown) {
      setProblem(BothyError.from(thrown).message);
    }
  };

  function ban(person: Author, on: boolean): void {
    setAsked(undefined);
    void tried(session.call({ kind: 'ban', ...base(), person, on }));
  }
  const banned = permissions.pin ? bannedPeople(session.log(view.id).entries) : [];

  return (
    <aside
      className="members"
      aria-label="Members"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
        event.preventDefault();
        close();
      }}
    >
      <header className="members-head">
        <h2>Members</h2>
        <button type="button" className="button icon-only" aria-label="Close members" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {permissions.invite && <InvitePerson view={view} />}
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      <ul className="member-list">
        {orderMembers(view.members, me).map((member) => (
          <li key={member.person} className="member">
            {asked === member.person ? (
              <BanQuestion
                name={member.name}
                ban={() => ban(member.person, true)}
                keep={() => setAsked(undefined)}
              />
            ) : (
              <Member
                member={member}
                isMe={member.person === me}
                permissions={permissions}
                setRole={(role) =>
                  void tried(session.call({ kind: 'setRole', ...base(), person: member.person, role }))
                }
                ask={() => setAsked(member.person)}
              />
            )}
          </li>
        ))}
      </ul>
      {banned.length > 0 && (
        <section aria-label="Banned">
          <h3 className="members-section">Banned</h3>
          <ul>
            {banned.map(({ person, name }) => (
              <li key={person} className="banned">
                <span>{name}</span>
                <button
                  type="button"
                  className="button small"
                  aria-label={`Lift the ban on ${name}`}
                  onClick={() => ban(person, false)}
                >
                  Lift the ban
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  );
}

interface MemberProps {
  readonly member: RoomMember;
  readonly isMe: boolean;
  readonly permissions: RoomPermissions;
  readonly setRole: (role: RoomRole) => void;
  readonly ask: () => void;
}

function Member({ member, isMe, permissions, setRole, ask }: MemberProps) {
  const { name, role, presence, verified } = member;
  const mayGiveRoles = roomRoles.some((each) => permissions.giveRole(member, each));
  return (
    <>
      <Avatar name={name} online={presence === 'online'} />
      <div className="member-about">
        <p className="member-name">
          {name}
          {isMe && <span className="hint"> (you)</span>}
          {!verified && <span className="tag">guest</span>}
        </p>
        <p className="hint">
          {presenceWords[presence]} · {roleWords[role]}
        </p>
      </div>
      {(mayGiveRoles || permissions.ban(member)) && (
        <div className="member-actions">
          {mayGiveRoles && (
            <select
              className="select"
              aria-label={`Role of ${name}`}
              value={role}
              onChange={(event) => {
                const wanted = roomRoles.find((each) => each === event.target.value);
                if (wanted !== undefined) setRole(wanted);
              }}
            >
              {roomRoles.map((each) => (
                <option
                  key={each}
                  value={each}
                  disabled={each !== role && !permissions.giveRole(member, each)}
                >
                  {roleWords[each]}
                </option>
              ))}
            </select>
          )}
          {permissions.ban(member) && (
            <button type="button" className="button small" aria-label={`Ban ${name}`} onClick={ask}>
              Ban…
            </button>
          )}
        </div>
      )}
    </>
  );
}

function BanQuestion({ name, ban, keep }: { name: string; ban: () => void; keep: () => void }) {
  return (
    <AskedOnce question={`Ban ${name}?`} className="member-question" act="Ban" onAct={ban} keep={keep}>
      They have to leave, and cannot come back until somebody lifts it. What they wrote stays.
    </AskedOnce>
  );
}
