import type { PeerState } from '@bothy/peer/views';
import { useEffect, useRef, useState } from 'react';
import { useSession } from '../app/session-context.ts';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';
import { Icon } from '../shell/icons.tsx';
import { Mark } from '../shell/mark.tsx';
import { AddContact } from './add-contact.tsx';
import { findContact } from './chat-order.ts';
import { ContactList } from './contact-list.tsx';
import { ContactPane } from './contact-pane.tsx';
import { ContactSearch } from './contact-search.tsx';

/** Chats: the list of contacts, and the one that is open. */
export function ChatsPlace({ state, contactId }: { state: PeerState; contactId: string | undefined }) {
  const { session } = useSession();
  const [adding, setAdding] = useState(false);
  const [query, setQuery] = useState('');
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const contact = contactId === undefined ? undefined : findContact(state.contacts, contactId);

  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector('dialog[open]') !== null) return;
      if (event.key === '/' && !isTyping(event.target)) {
        event.preventDefault();
        search.current?.focus();
      } else if (event.key === 'Escape' && contactId !== undefined && !event.isComposing) {
        goTo(routeHash('chats'));
      }
    }
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [contactId]);

  // Whoever comes back from a conversation stands in the list where they left it.
  const leftId = useRef<string>(undefined);
  useEffect(() => {
    const left = leftId.current;
    leftId.current = contactId;
    if (left === undefined || contactId !== undefined || document.activeElement !== document.body) return;
    list.current?.querySelector<HTMLElement>(`a[href="${CSS.escape(routeHash('chats', left))}"]`)?.focus();
  }, [contactId]);

  return (
    <div className={contactId === undefined ? 'chats' : 'chats chats-open'}>
      <div className="list-column" ref={list}>
        <div className="list-head">
          <h1>Chats</h1>
          {!adding && (
            <button type="button" className="button" onClick={() => setAdding(true)}>
              <Icon name="add" />
              Add contact
            </button>
          )}
        </div>
        {adding && <AddContact close={() => setAdding(false)} />}
        {state.contacts.size > 0 && <ContactSearch ref={search} query={query} change={setQuery} />}
        <ContactList state={state} openId={contact?.id} query={query} />
        {state.contacts.size === 0 && !adding && <NobodyYet name={session.me.name} />}
      </div>
      <div className="content-column">
        {contactId === undefined ? (
          <NothingOpen alone={state.contacts.size === 0} />
        ) : contact === undefined ? (
          <UnknownContact />
        ) : (
          <ContactPane key={contact.id} contact={contact} state={state} />
        )}
      </div>
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

function NobodyYet({ name }: { name: string }) {
  return (
    <div className="empty">
      <h2>Nobody here yet</h2>
      <p>
        Add somebody by the name they chose, or tell them yours, <strong>{name}</strong>, so that they can add
        you.
      </p>
    </div>
  );
}

function NothingOpen({ alone }: { alone: boolean }) {
  return (
    <div className="empty empty-content">
      <Mark sizePx={72} />
      <p>
        {alone ? 'Your conversations will be here.' : 'Choose a chat on the left.'} Messages go straight from
        one device to the other.
      </p>
    </div>
  );
}

function UnknownContact() {
  return (
    <div className="empty empty-content">
      <h2>There is no such contact</h2>
      <p>Perhaps you removed it, or this address came from somebody else’s Bothy.</p>
      <a className="button" href={routeHash('chats')}>
        Back to chats
      </a>
    </div>
  );
}
