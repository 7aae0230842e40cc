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

const messageBody: z.ZodMiniType<EntryBody> = z.object({
  kind: z.literal('message'),
  id: textUpTo(36),
  text: z.string().check(
    z.minLength(1),
    z.refine((text) => utf8Bytes(text) <= limits.messageBytes),
  ),
});

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
  if (outer.value.kind !== 'message') return { ok: true, value: undefined };
  return parseJson(messageBody, text, maxBytes);
}
