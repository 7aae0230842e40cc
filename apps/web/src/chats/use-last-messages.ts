import type { Contact, EntryRow } from '@bothy/peer/core';
import type { PeerSession } from '@bothy/peer/drivers/browser';
import { directConversationId } from '@bothy/wire';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { LastMessages } from './last-messages.ts';

/** The newest entries of each contact's conversation, by conversation id. */
export function useLastMessages(
  session: PeerSession,
  contacts: ReadonlyMap<string, Contact>,
): ReadonlyMap<string, readonly EntryRow[]> {
  const [last] = useState(() => new LastMessages(session));
  useEffect(
    () => last.read(conversationsOf(session.me.person, contacts.values())),
    [last, session, contacts],
  );
  return useSyncExternalStore(last.subscribe, last.state);
}

function conversationsOf(me: string, contacts: Iterable<Contact>): string[] {
  const persons = [...contacts].map((contact) => contact.person).filter((person) => person !== null);
  return persons.map((person) => directConversationId(me, person));
}
