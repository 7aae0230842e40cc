/** `GET /api/v1/rooms/:room/digest`: what one node holds of a room's log, told by hashes. */
import * as z from 'zod/mini';
import { type Parsed, wholeNumber } from './parse.ts';
import { nodeId, roomId } from './room-parts.ts';

/** Digests of one answer: of so many numbers at most, so that an answer is a few hundred kilobytes. */
export const maxDigestNumbers = 4_096;
/** Each level has ranges of so many of the level below. */
export const digestFanout = 16;
/** Ranges of 16^3 are the 4,096 numbers of one answer. */
export const maxDigestLevel = 3;

export const roomDigestAnswer = z.object({
  node: nodeId,
  room: roomId,
  /** `seq` before the first entry that this node has. */
  base: wholeNumber(0),
  /** `seq` of the last entry that it has. */
  lastSeq: wholeNumber(0),
  /** The first range that is told: numbers `index * 16^level + 1` and what follows. */
  index: wholeNumber(0),
  level: wholeNumber(0),
  /** One for each range up to `to`, base64url of SHA-256; empty where nothing is. */
  digests: z.array(z.string().check(z.regex(/^([A-Za-z0-9_-]{43})?$/))).check(z.maxLength(maxDigestNumbers)),
});
export type RoomDigestAnswer = z.infer<typeof roomDigestAnswer>;

/** Of JSON that was parsed already. */
export function checkRoomDigest(json: unknown): Parsed<RoomDigestAnswer> {
  const result = roomDigestAnswer.safeParse(json);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, reason: `wrong shape at ${result.error.issues[0]?.path.join('.').slice(0, 80) ?? ''}` };
}
