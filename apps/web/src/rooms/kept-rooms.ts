/** Which rooms this browser was in, kept over reloads; the node knows who is a member, the browser knows what to open. */
import { roomIdPattern } from '@bothy/wire';
import * as z from 'zod/mini';
import type { DraftStorage } from '../timeline/drafts.ts';

const shape = z.array(z.string().check(z.regex(roomIdPattern))).check(z.maxLength(200));

/** `storage` is called for each use: in some browsers even asking for it throws. Without one nothing is kept. */
export function keptRooms(person: string, storage: () => DraftStorage) {
  const key = `bothy-rooms-${person}`;
  return {
    read: (): readonly string[] => {
      try {
        const result = shape.safeParse(JSON.parse(storage().getItem(key) ?? '[]'));
        return result.success ? result.data : [];
      } catch {
        return [];
      }
    },
    write: (rooms: readonly string[]): void => {
      try {
        storage().setItem(key, JSON.stringify(rooms.slice(0, 200)));
      } catch {
        // Then they are found in the list again.
      }
    },
  };
}
