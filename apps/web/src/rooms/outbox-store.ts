/**
 * Messages to rooms that are not acknowledged yet, kept over reloads: each under a key of its own, so that two tabs do
 * not overwrite each other. Both may send one; its id names it for ever, so it is written once.
 */
import type { OutboxWrite, OutgoingMessage } from '@bothy/rooms/client-core';
import type { ErrorCode } from '@bothy/wire';
import { roomParts } from '@bothy/wire/schemas';
import * as z from 'zod/mini';

const shape = z.object({
  room: roomParts.roomId,
  messageId: roomParts.requestId,
  body: z.string(),
  replyTo: z.exactOptional(roomParts.seq),
  attachments: z.exactOptional(z.array(roomParts.attachment)),
  writtenAt: z.number(),
  failure: z.exactOptional(
    z.object({ code: z.string() as unknown as z.ZodMiniType<ErrorCode>, message: z.string() }),
  ),
});

export type OutboxStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** `storage` is called for each use: in some browsers even asking for it throws. Without one a reload loses what waits. */
export function outboxStore(person: string, storage: () => OutboxStorage) {
  const prefix = `bothy-outbox-${person}-`;
  const keyOf = (room: string, messageId: string): string => `${prefix}${room}-${messageId}`;

  function read(): readonly OutgoingMessage[] {
    const kept = storage();
    const messages: OutgoingMessage[] = [];
    for (let at = 0; at < kept.length; at += 1) {
      const key = kept.key(at);
      if (key === null || !key.startsWith(prefix)) continue;
      const message = parsed(kept.getItem(key));
      if (message !== undefined) messages.push(message);
    }
    return messages.toSorted((one, other) => one.writtenAt - other.writtenAt);
  }

  return {
    kept: orNothing(read, []),
    write: async (writes: readonly OutboxWrite[]): Promise<void> => {
      for (const write of writes) {
        orNothing(() => {
          if (write.kind === 'remove') return storage().removeItem(keyOf(write.room, write.messageId));
          const { room, messageId } = write.message;
          storage().setItem(keyOf(room, messageId), JSON.stringify(write.message));
        }, undefined);
      }
    },
  };
}

function parsed(text: string | null): OutgoingMessage | undefined {
  const result = shape.safeParse(orNothing(() => JSON.parse(text ?? ''), undefined));
  return result.success ? result.data : undefined;
}

/** A storage that is full or forbidden is worth no error: then the tab alone keeps it. */
function orNothing<T>(use: () => T, nothing: T): T {
  try {
    return use();
  } catch {
    return nothing;
  }
}
