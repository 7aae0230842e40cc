import type { Contact } from '@bothy/peer/core';
import { type RefObject, useId, useState } from 'react';
import { useSession } from '../app/session-context.ts';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';
import { Fingerprint } from './fingerprint.tsx';

/** Who a contact is, and how to part. */
export function ContactDetails({
  ref,
  contact,
}: {
  ref: RefObject<HTMLDialogElement | null>;
  contact: Contact;
}) {
  const { run } = useSession();
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
          <Fingerprint person={contact.person} />
          <p className="hint">
            It belongs to {contact.name}’s key alone. When it is the same on their screen, nobody stands
            between you.
          </p>
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
