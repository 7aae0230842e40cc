import * as z from 'zod/mini';
import { type Frame, type LogVector, lastWallMs } from '../frames.ts';
import { parseDeviceKey } from '../ids.ts';
import { limits } from '../limits.ts';
import { type Parsed, parseJson, textUpTo, wholeNumber } from './parse.ts';

const conversation = textUpTo(128);

const wallTime = z.number().check(z.int(), z.gte(0), z.lte(lastWallMs));

const vector: z.ZodMiniType<LogVector> = z.record(z.string(), wholeNumber(0)).check(
  z.refine((v) => {
    const keys = Object.keys(v);
    return keys.length <= limits.vectorLogs && keys.every((key) => parseDeviceKey(key) !== undefined);
  }),
);

/** Base64url SHA-256 is 43 characters. */
const hash = textUpTo(64);
const log = z.string().check(z.refine((key) => parseDeviceKey(key) !== undefined));
const ends = z.record(z.string(), hash).check(
  z.refine((all) => {
    const keys = Object.keys(all);
    return keys.length <= limits.vectorLogs && keys.every((key) => parseDeviceKey(key) !== undefined);
  }),
);

const frameSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('have'), conversation, vector, ends: z.optional(ends) }),
  z.object({ kind: z.literal('compare'), conversation, log, n: wholeNumber(1) }),
  z.object({ kind: z.literal('hash'), conversation, log, n: wholeNumber(1), hash }),
  z.object({ kind: z.literal('read'), conversation, vector }),
  z.object({ kind: z.literal('typing'), conversation, active: z.boolean() }),
  z.object({ kind: z.literal('ping'), t: z.number() }),
  z.object({ kind: z.literal('pong'), t: z.number(), at: z.optional(wallTime) }),
  z.object({
    kind: z.literal('entries'),
    conversation,
    entries: z
      .array(
        z.object({ header: textUpTo(limits.headerBytes), body: z.nullable(textUpTo(limits.frameBytes)) }),
      )
      .check(z.maxLength(limits.entriesPerFrame)),
  }),
]);

/** Shape only: the caller verifies each entry. */
export function parseFrame(text: string): Parsed<Frame> {
  return parseJson(frameSchema as unknown as z.ZodMiniType<Frame>, text, limits.frameBytes);
}
