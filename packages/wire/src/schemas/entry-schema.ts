import * as z from 'zod/mini';
import type { EntryBody, EntryHeader } from '../entry.ts';
import { deviceIdPattern, personIdPattern } from '../ids.ts';
import { limits, utf8Bytes } from '../limits.ts';
import { base64Url32, type Parsed, parseJson, textLike, textUpTo, wholeNumber } from './parse.ts';

const conversationId = textLike(/^d:[a-z2-7]{32}:[a-z2-7]{32}$/);

const headerSchema: z.ZodMiniType<EntryHeader> = z.object({
  v: z.literal(1),
  conversation: conversationId,
  person: textLike(personIdPattern),
  device: textLike(deviceIdPattern),
  n: wholeNumber(1),
  prev: z.union([z.literal(''), base64Url32]),
  hlc: z.object({ ms: wholeNumber(0), counter: wholeNumber(0) }),
  bodyHash: base64Url32,
});

const text = z.string().check(
  z.minLength(1),
  z.refine((value) => utf8Bytes(value) <= limits.messageBytes),
);
const of = z.object({ device: textLike(deviceIdPattern), n: wholeNumber(1) });

const knownBodies: Readonly<Record<string, z.ZodMiniType<EntryBody>>> = {
  message: z.object({ kind: z.literal('message'), id: textUpTo(36), text }),
  edit: z.object({ kind: z.literal('edit'), of, text }),
  delete: z.object({ kind: z.literal('delete'), of, cancelled: z.optional(z.literal(true)) }),
};

const anyBody = z.object({ kind: textUpTo(64) });

/** Shape only: the caller verifies signature and body hash. */
export function parseEntryHeader(text: string): Parsed<EntryHeader> {
  return parseJson(headerSchema, text, limits.headerBytes);
}

/** The body of a known kind; `value: undefined` for a kind that a later version knows. */
export function parseEntryBody(text: string): Parsed<EntryBody | undefined> {
  // JSON escapes make the body up to six times as long as its text.
  const maxBytes = 6 * limits.messageBytes + 256;
  const outer = parseJson(anyBody, text, maxBytes);
  if (!outer.ok) return outer;
  const { kind } = outer.value;
  const schema = Object.hasOwn(knownBodies, kind) ? knownBodies[kind] : undefined;
  return schema === undefined ? { ok: true, value: undefined } : parseJson(schema, text, maxBytes);
}
