import type { Contact } from '@bothy/peer/core';
import { messageItems, type PeerState, unreadOf } from '@bothy/peer/views';
import { directConversationId, type PersonId } from '@bothy/wire';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useSession } from '../app/session-context.ts';
import { useAttention } from '../app/use-attention.ts';
import { Composer } from './composer.tsx';
import { ConversationHead } from './conversation-head.tsx';
import { ConversationRows } from './conversation-rows.ts';
import { MessageLog } from './message-log.tsx';

interface ConversationProps {
  readonly contact: Contact;
  readonly person: PersonId;
  readonly state: PeerState;
}

/** Two people talking. */
export function Conversation({ contact, person, state }: ConversationProps) {
  const { session, run } = useSession();
  const me = session.me.person;
  const conversation = directConversationId(me, person);
  const [store] = useState(() => new ConversationRows(session, conversation));
  const rows = useSyncExternalStore(store.subscribe, store.state);
  const progress = state.progress.get(conversation);
  const items = useMemo(() => messageItems(rows.rows, me, progress), [rows.rows, me, progress]);

  // "Seen" is said only of what was on a screen that somebody looked at.
  const [atEnd, setAtEnd] = useState(true);
  const unread = unreadOf(state, me, contact);
  const seen = useAttention() && atEnd && rows.atNewest && !rows.reading;
  useEffect(() => {
    if (seen && unread > 0) void run({ kind: 'markRead', person });
  }, [seen, unread, run, person]);

  const toEnd = useRef<() => void>(() => undefined);
  function reachEnd(reached: boolean): void {
    setAtEnd(reached);
    store.follow(reached);
  }
  function toNewest(): void {
    store.readNewest();
    toEnd.current();
  }

  return (
    <section className="conversation" aria-label={`Conversation with ${contact.name}`}>
      <ConversationHead contact={contact} person={person} state={state} />
      <MessageLog
        contactName={contact.name}
        items={items}
        history={rows}
        pages={store}
        unread={unread}
        atEnd={atEnd}
        onAtEnd={reachEnd}
        toNewest={toNewest}
        toEndRef={toEnd}
      />
      <Composer contactName={contact.name} person={person} onSend={toNewest} />
    </section>
  );
}
