import { BothyError, namePattern } from '@bothy/wire';
import { type FormEvent, useId, useState } from 'react';
import { usePeerState, useSession } from '../app/session-context.ts';
import type { RoomView } from './room-view.ts';
import { useRooms } from './rooms-context.ts';

/** By a name that is typed, or one of the contacts. */
export function InvitePerson({ view }: { view: RoomView }) {
  const { session } = useRooms();
  const peers = useSession();
  const { contacts } = usePeerState(peers.session);
  const [name, setName] = useState('');
  const [said, setSaid] = useState<{ readonly text: string; readonly bad: boolean }>();
  const listId = useId();
  const inside = new Set(view.members.map((member) => member.name));
  const names = [...contacts.values()]
    .filter((contact) => contact.state === 'accepted' && !inside.has(contact.name))
    .map((contact) => contact.name);

  async function invite(event: FormEvent): Promise<void> {
    event.preventDefault();
    const wanted = name.trim().toLowerCase();
    if (!namePattern.test(wanted))
      return setSaid({ text: 'That is no name that somebody can have.', bad: true });
    try {
      await session.call({ kind: 'invite', requestId: session.newId(), room: view.id, name: wanted });
      setName('');
      setSaid({ text: `${wanted} finds the room among theirs to join.`, bad: false });
    } catch (thrown) {
      setSaid({ text: BothyError.from(thrown).message, bad: true });
    }
  }

  return (
    <form className="invite-person" onSubmit={invite} noValidate>
      <input
        value={name}
        list={listId}
        maxLength={64}
        placeholder="Invite by name"
        aria-label="Name to invite"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => {
          setName(event.target.value);
          setSaid(undefined);
        }}
      />
      <datalist id={listId}>
        {names.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <button type="submit" className="button">
        Invite
      </button>
      {said !== undefined && (
        <p className={said.bad ? 'hint problem' : 'hint'} role={said.bad ? 'alert' : 'status'}>
          {said.text}
        </p>
      )}
    </form>
  );
}
