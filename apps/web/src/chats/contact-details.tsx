import type { Contact } from '@bothy/peer/core';
import type { PeerState } from '@bothy/peer/views';
import type { PersonId } from '@bothy/wire';
import { type RefObject, useId, useState } from 'react';
import { useSession } from '../app/session-context.ts';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';
import { ConnectionPanel } from './connection-panel.tsx';
import { CopiesPanel } from './copies-panel.tsx';
import { SafetyNumber } from './safety-number.tsx';

interface ContactDetailsProps {
  readonly ref: RefObject<HTMLDialogElement | null>;
  readonly contact: Contact;
  readonly person: PersonId;
  readonly state: PeerState;
}

/** Who a contact is, how one is linked with them, and how to part. */
export function ContactDetails({ ref, contact, person, state }: ContactDetailsProps) {
  const { run, session } = useSession();
  const [parting, setParting] = useState(false);
  const titleId = useId();

  async function remove(): Promise<void> {
    if (await run({ kind: 'removeContact', contact: contact.id })) goTo(routeHash('chats'));
    else ref.current?.close();
  }

  return (
    <dialog ref={ref} className="dialog" aria-labelledby={titleId} onClose={() => setParting(false)}>
      <h2 id={titleId}>{parting ? `Remove ${contact.name}?` : contact.name}</h2>
      {parting ? (
        <p>
          You will not reach each other any more, until one of you asks again. The messages stay in this
          browser.
        </p>
      ) : (
        <>
          <ConnectionPanel contact={contact} person={person} state={state} />
          <CopiesPanel contact={contact} person={person} state={state} />
          <SafetyNumber me={session.me.person} person={person} name={contact.name} />
        </>
      )}
      <div className="actions">
        {parting ? (
          <button type="button" className="button danger" onClick={remove}>
            Remove contact
          </button>
        ) : (
          <button type="button" className="button" onClick={() => setParting(true)}>
            Remove contact…
          </button>
        )}
        <button type="button" className="button" onClick={() => ref.current?.close()}>
          {parting ? 'Keep' : 'Close'}
        </button>
      </div>
    </dialog>
  );
}
