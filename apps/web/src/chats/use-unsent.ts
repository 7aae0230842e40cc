import { deviceOf, type MessageItem, type UnsentMessage } from '@bothy/peer/views';
import type { PersonId } from '@bothy/wire';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { useSession } from '../app/session-context.ts';
import { newMessageId } from '../timeline/message-id.ts';
import { unsentStore } from './unsent-store.ts';

export interface Unsent {
  readonly messages: readonly UnsentMessage[];
  /** Keeps what was refused. */
  readonly failed: (text: string, reason: string) => void;
  /** Takes a message back before it was delivered. */
  readonly cancel: (item: MessageItem) => void;
  /** Sends a failed one again, as a new message. */
  readonly retry: (item: MessageItem) => void;
  readonly forget: (item: MessageItem) => void;
}

/** The messages to this person that failed, and what can be done with them. */
export function useUnsent(person: PersonId, contactName: string): Unsent {
  const { ask, run } = useSession();
  const messages = useSyncExternalStore(unsentStore.subscribe, () => unsentStore.of(person));

  const failed = useCallback(
    (text: string, reason: string) => {
      unsentStore.add(person, { id: newMessageId(), text, atMs: Date.now(), reason });
    },
    [person],
  );
  return useMemo(() => {
    const find = ({ key }: MessageItem) => messages.find(({ id }) => key === `unsent#${id}`);
    return {
      messages,
      failed,
      cancel: async (item) => {
        const { n, text, atMs } = item;
        if (!(await run({ kind: 'deleteMessage', person, n, device: deviceOf(item) }))) return;
        // It may have gone out with a link that broke; nobody knows yet.
        const reason = `You cancelled it. Should ${contactName} have it already, it is taken back there too.`;
        unsentStore.add(person, { id: newMessageId(), text, atMs, reason });
      },
      retry: async (item) => {
        const message = find(item);
        if (message === undefined) return;
        const { text, id } = message;
        const result = await ask({ kind: 'send', person, messageId: newMessageId(), text });
        if (result.ok) unsentStore.remove(person, id);
        else unsentStore.add(person, { ...message, reason: result.message });
      },
      forget: (item) => {
        const message = find(item);
        if (message !== undefined) unsentStore.remove(person, message.id);
      },
    };
  }, [messages, failed, ask, run, person, contactName]);
}
