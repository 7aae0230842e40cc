import type { Contact } from '@bothy/peer/core';
import { messageItems, type PeerState, unreadOf, withUnsent } from '@bothy/peer/views';
import { directConversationId } from '@bothy/wire';
import { type KeyboardEvent, useSyncExternalStore } from 'react';
import { useSession } from '../app/session-context.ts';
import { useClock } from '../app/use-clock.ts';
import { chatOrder, matching } from './chat-order.ts';
import { ContactRow, type LastLine } from './contact-row.tsx';
import { unsentStore } from './unsent-store.ts';
import { useLastMessages } from './use-last-messages.ts';

/** Only the newest messages are known here, and what failed is among them or after them. */
const wholeConversation = { complete: true, atNewest: true };

interface ContactListProps {
  readonly state: PeerState;
  readonly openId: string | undefined;
  /** Only those whose name has this in it. */
  readonly query: string;
}

/** Everybody one talks to or could; arrow keys walk through it. */
export function ContactList({ state, openId, query }: ContactListProps) {
  const { session } = useSession();
  const me = session.me.person;
  const last = useLastMessages(session, state.contacts);
  const nowMs = useClock(60_000);
  useSyncExternalStore(unsentStore.subscribe, unsentStore.version);

  function lastLine(contact: Contact): LastLine | undefined {
    const { person } = contact;
    if (person === null) return undefined;
    const rows = last.get(directConversationId(me, person)) ?? [];
    const unsent = unsentStore.of(person);
    const item = withUnsent(messageItems(rows, me, undefined), unsent, me, wholeConversation).at(-1);
    if (item === undefined) return undefined;
    const { text, mine, atMs } = item;
    if (item.status === 'failed') return { text: `Not sent: ${text}`, mine: false, atMs };
    return { text: item.deleted ? 'Message deleted' : text, mine, atMs };
  }

  const found = matching(state.contacts.values(), query);
  const contacts = chatOrder(found, (contact) => lastLine(contact)?.atMs);
  if (contacts.length === 0) {
    if (query === '') return null;
    return (
      <p className="empty" role="status">
        None of your contacts has “{query}” in the name.
      </p>
    );
  }
  return (
    <ul className="contact-list" aria-label="Contacts" onKeyDown={walk}>
      {contacts.map((contact) => (
        <ContactRow
          key={contact.id}
          contact={contact}
          open={contact.id === openId}
          online={contact.person !== null && state.online.has(contact.person)}
          unread={contact.state === 'accepted' ? unreadOf(state, me, contact) : 0}
          last={lastLine(contact)}
          typing={contact.person !== null && state.typing.has(contact.person)}
          warned={state.changedKeys.has(contact.id)}
          nowMs={nowMs}
        />
      ))}
    </ul>
  );
}

/** Arrow keys, Home and End move the focus from link to link. */
function walk(event: KeyboardEvent<HTMLUListElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a')];
  const at = links.findIndex((link) => link.matches(':focus'));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined || at === -1) return;
  event.preventDefault();
  links[Math.min(Math.max(to, 0), links.length - 1)]?.focus();
}
