import type { Contact } from '@bothy/peer/core';
import {
  deviceOf,
  type MessageItem,
  messageItems,
  type PeerState,
  unreadOf,
  withUnsent,
} from '@bothy/peer/views';
import { directConversationId, type PersonId } from '@bothy/wire';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useSession } from '../app/session-context.ts';
import { useAttention } from '../app/use-attention.ts';
import { Composer } from './composer.tsx';
import { ConversationHead } from './conversation-head.tsx';
import { ConversationRows } from './conversation-rows.ts';
import { CopyWarning } from './copy-warning.tsx';
import { KeyWarning } from './key-warning.tsx';
import type { MessageActions } from './message-actions.tsx';
import { MessageLog } from './message-log.tsx';
import { useUnsent } from './use-unsent.ts';

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
  const unsent = useUnsent(person, contact.name);
  const items = useMemo(
    () => withUnsent(messageItems(rows.rows, me, progress, rows.amendments), unsent.messages, me, rows),
    [rows, me, progress, unsent.messages],
  );

  // "Seen" is said only of what was on a screen that somebody looked at.
  const [atEnd, setAtEnd] = useState(true);
  const unread = unreadOf(state, me, contact);
  const seen = useAttention() && atEnd && rows.atNewest && !rows.reading;
  useEffect(() => {
    if (seen && unread > 0) void run({ kind: 'markRead', person });
  }, [seen, unread, run, person]);

  const newPerson = state.changedKeys.get(contact.id);
  const [editing, setEditing] = useState<MessageItem>();
  const actions = useMemo<MessageActions>(() => {
    return {
      // Another device of ours wrote the others: only it can change them.
      mayChange: (item) => !item.deleted && state.devices.includes(deviceOf(item) ?? ''),
      edit: setEditing,
      remove: (item) => void run({ kind: 'deleteMessage', person, n: item.n, device: deviceOf(item) }),
      cancel: unsent.cancel,
      retry: unsent.retry,
      forget: unsent.forget,
    };
  }, [state.devices, run, person, unsent]);

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
      <div>
        <ConversationHead contact={contact} person={person} state={state} />
        {newPerson !== undefined && <KeyWarning contact={contact} newPerson={newPerson} />}
        <CopyWarning contact={contact} conversation={conversation} state={state} />
      </div>
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
        typing={state.typing.has(person)}
        actions={actions}
      />
      <Composer
        key={editing?.key ?? 'new'}
        contactName={contact.name}
        person={person}
        editing={editing}
        done={() => setEditing(undefined)}
        onSend={toNewest}
        refused={unsent.failed}
        editLast={() => setEditing(items.findLast((item) => actions.mayChange(item)))}
      />
    </section>
  );
}
