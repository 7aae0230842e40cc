import type { Contact } from '@bothy/peer/core';
import type { PeerState } from '@bothy/peer/views';
import { directConversationId } from '@bothy/wire';
import type { ReactNode } from 'react';
import { useSession } from '../app/session-context.ts';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';
import { Avatar } from '../timeline/avatar.tsx';
import { Conversation } from './conversation.tsx';
import { BackLink } from './conversation-head.tsx';
import { Fingerprint } from './fingerprint.tsx';
import { RequestActions } from './request-actions.tsx';

/** What is open beside the list: a conversation, or where a request stands. */
export function ContactPane({ contact, state }: { contact: Contact; state: PeerState }) {
  const { person } = contact;
  const me = useSession().session.me.person;
  if (contact.state === 'accepted' && person !== null) {
    // Read anew once entries are not where they were.
    const times = state.writtenAgain.get(directConversationId(me, person)) ?? 0;
    return <Conversation key={times} contact={contact} person={person} state={state} />;
  }
  switch (contact.state) {
    case 'asking':
      return (
        <RequestPane contact={contact} title={`${contact.name} would like to talk with you`}>
          <p>If you accept, you can write to each other and see when the other is there.</p>
          <Fingerprint person={person} />
          <RequestActions contact={contact} />
        </RequestPane>
      );
    case 'asked':
      return (
        <RequestPane contact={contact} title={`Waiting for ${contact.name}’s answer`}>
          <p>
            {contact.name} sees your request as soon as they open Bothy. You need not stay: it is kept, and
            asked again until it is answered.
          </p>
          <Remove contact={contact} label="Cancel request" />
        </RequestPane>
      );
    case 'declined':
      return <DeclinedPane contact={contact} />;
    case 'accepted':
    case 'refused':
      return (
        <RequestPane contact={contact} title={`You declined ${contact.name}’s request`}>
          <p>If you change your mind, add {contact.name} as a contact yourself.</p>
        </RequestPane>
      );
  }
}

function DeclinedPane({ contact }: { contact: Contact }) {
  const { run } = useSession();
  const { name, person } = contact;
  const again = () => run({ kind: 'addContact', name, ...(person === null ? {} : { person }) });
  return (
    <RequestPane contact={contact} title={`${name} did not accept your request`}>
      <p>Perhaps they did not know that it was you. Tell them in another way, then ask once more.</p>
      <div className="actions">
        <button type="button" className="button primary" onClick={again}>
          Ask again
        </button>
        <Remove contact={contact} label="Remove" />
      </div>
    </RequestPane>
  );
}

function Remove({ contact, label }: { contact: Contact; label: string }) {
  const { run } = useSession();
  async function remove(): Promise<void> {
    if (await run({ kind: 'removeContact', contact: contact.id })) goTo(routeHash('chats'));
  }
  return (
    <button type="button" className="button" onClick={remove}>
      {label}
    </button>
  );
}

function RequestPane({ contact, title, children }: { contact: Contact; title: string; children: ReactNode }) {
  return (
    <section className="request-pane" aria-labelledby="request-title">
      <BackLink />
      <div className="request-card">
        <Avatar name={contact.name} online={undefined} />
        <h2 id="request-title">{title}</h2>
        {children}
      </div>
    </section>
  );
}
