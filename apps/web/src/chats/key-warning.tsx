import type { Contact } from '@bothy/peer/core';
import type { PersonId } from '@bothy/wire';
import { useState } from 'react';
import { useSession } from '../app/session-context.ts';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';

/** Says that somebody goes by this contact's name with another key. What was agreed stays with the known one. */
export function KeyWarning({ contact, newPerson }: { contact: Contact; newPerson: PersonId }) {
  const { run } = useSession();
  const [read, setRead] = useState<PersonId>();
  if (read === newPerson) return null;
  const { name } = contact;

  async function ask(): Promise<void> {
    if (await run({ kind: 'addContact', name, person: newPerson })) goTo(routeHash('chats', newPerson));
  }

  return (
    <div className="notice warning key-warning" role="alert">
      <p>
        <strong>Somebody else’s key goes by the name {name}.</strong> It may be {name} in a new browser, or a
        stranger. This conversation stays with the key you know. Ask {name} in another way before you trust
        the new one.
      </p>
      <div className="actions">
        <button type="button" className="button small" onClick={ask}>
          Ask the new one
        </button>
        <button type="button" className="button small" onClick={() => setRead(newPerson)}>
          Not now
        </button>
      </div>
    </div>
  );
}
