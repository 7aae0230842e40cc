/** When a write to a room is refused: the same for every engine. Rules STORE2 to STORE5. */
import { BothyError, type RoomId } from '@bothy/wire';

/** How far a room's log is. */
export interface LogEnd {
  /** The highest epoch known. */
  readonly epoch: number;
  readonly lastSeq: number;
}

/** What is stored of a room: its log, that it was deleted, or nothing. */
export type Stored = LogEnd | 'deleted' | undefined;

/** Throws `fenced` when the room was deleted, or a later administrator is known. */
export function refuseFenced(
  room: RoomId,
  epoch: number,
  stored: Stored,
): asserts stored is LogEnd | undefined {
  if (stored === 'deleted') throw deleted(room);
  if (stored === undefined || epoch >= stored.epoch) return;
  const sentence = `The room ${room} is at epoch ${stored.epoch}: a write of epoch ${epoch} comes too late.`;
  throw new BothyError('fenced', sentence);
}

/** Why an append did not find the log that it expected. */
export function appendRefusal(
  room: RoomId,
  { epoch, expectedLastSeq }: { readonly epoch: number; readonly expectedLastSeq: number },
  stored: Stored,
): BothyError {
  refuseFenced(room, epoch, stored);
  if (stored === undefined) return notStored(room);
  return conflict(`The log of the room ${room} ends at ${stored.lastSeq}, not at ${expectedLastSeq}.`);
}

export function deleted(room: RoomId): BothyError {
  return new BothyError('fenced', `The room ${room} was deleted.`);
}

export function notStored(room: RoomId): BothyError {
  return conflict(`The room ${room} is not stored.`);
}

export function gap(room: RoomId, due: number, seq: number): BothyError {
  return conflict(`The log of the room ${room} lacks ${due} before ${seq}.`);
}

export function doubled(room: RoomId, author: string, key: string): BothyError {
  return conflict(`The log of the room ${room} has an entry of ${author} with the key ${key} already.`);
}

/** An invariant of our own is broken: the whole commit is refused. */
function conflict(sentence: string): BothyError {
  return new BothyError('storage_failed', sentence);
}
