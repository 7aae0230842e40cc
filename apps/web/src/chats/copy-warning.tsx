import type { Contact } from '@bothy/peer/core';
import { differenceWords, type PeerState } from '@bothy/peer/views';
import type { PersonId } from '@bothy/wire';
import { useState } from 'react';
import { useSession } from '../app/session-context.ts';

interface CopyWarningProps {
  readonly contact: Contact;
  readonly conversation: string;
  readonly state: PeerState;
}

/** Says where the two sides of a conversation do not hold the same. Told again when something else is found. */
export function CopyWarning({ contact, conversation, state }: CopyWarningProps) {
  const me: PersonId = useSession().session.me.person;
  const [read, setRead] = useState('');
  const reader = { me, contactName: contact.name };
  const views = [...(state.copies.get(conversation)?.values() ?? [])];
  const sentences = views.flatMap((view) =>
    view.differences.map((difference) => differenceWords(difference, view, reader)),
  );
  const all = sentences.join('\n');
  if (all === '' || all === read) return null;
  return (
    <div className="notice warning key-warning" role="alert">
      <p>
        <strong>You and {contact.name} do not hold the same conversation.</strong>
      </p>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <div className="actions">
        <button type="button" className="button small" onClick={() => setRead(all)}>
          Not now
        </button>
      </div>
    </div>
  );
}
