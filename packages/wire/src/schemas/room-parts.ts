/** What the schemas of the rooms' client protocol are made of. Sizes are UTF-8 bytes of `roomLimits`. */
import * as z from 'zod/mini';
import type { ErrorCode } from '../errors.ts';
import { namePattern, personIdPattern } from '../ids.ts';
import { utf8Bytes } from '../limits.ts';
import type { Attachment, Author, Position } from '../rooms/room-entry.ts';
import { authorPattern, nodeIdPattern, requestIdPattern, roomIdPattern } from '../rooms/room-entry.ts';
import { roomLimits } from '../rooms/room-limits.ts';
import { textLike, wholeNumber } from './parse.ts';

/** Parameters from outside: checked, or the code and the sentence to refuse them with. */
export type ParsedParams<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ErrorCode; readonly reason: string };

/** What a refinement says when a size, and not a shape, is wrong. */
const tooLarge = 'payload_too_large';

/** Checks named parameters (JSON-RPC 2.0, section 4.2); absent ones count as `{}`. */
export function parseParams<T>(schema: z.ZodMiniType<T>, params: unknown): ParsedParams<T> {
  const result = schema.safeParse(params ?? {});
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  const path = ['params', ...(issue?.path ?? [])].join('.').slice(0, 80);
  if (issue?.message === tooLarge)
    return { ok: false, code: 'payload_too_large', reason: `${path} is larger than this node takes.` };
  const detail = issue?.code === 'custom' && issue.message !== 'Invalid input' ? `: ${issue.message}` : '';
  return { ok: false, code: 'bad_request', reason: `${path} is not as it should be${detail}.` };
}

/** A lone half of a surrogate pair has no UTF-8: it would be stored as another text than the one sent. */
const wellFormed = z.refine<string>((text) => text.isWellFormed(), { error: 'not well-formed Unicode' });

/** Text that a store and a terminal show as it was written: no control characters but line ends and tabs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const printable = z.regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/);
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const oneLine = z.regex(/^[^\u0000-\u001f\u007f]*$/);

function textOf(maxBytes: number): z.ZodMiniType<string> {
  // A UTF-16 unit is at most three bytes, so most texts need no encoding to be measured.
  const fits = (text: string): boolean => text.length * 3 <= maxBytes || utf8Bytes(text) <= maxBytes;
  return z.string().check(z.refine(fits, { error: tooLarge, abort: true }), wellFormed, printable);
}

export const roomId = textLike(roomIdPattern);
export const author = textLike(authorPattern) as z.ZodMiniType<Author>;
/** A person's id, or `guest:<name>`: who can be a member. */
export const memberId = textLike(/^([a-z2-7]{32}|guest:[a-z0-9][a-z0-9._-]{1,31})$/) as z.ZodMiniType<Author>;
export const personName = textLike(namePattern);
export const personId = textLike(personIdPattern);
export const requestId = textLike(requestIdPattern);
export const nodeId = textLike(nodeIdPattern);
export const seq = wholeNumber(1);
export const count = wholeNumber(0);

export const position: z.ZodMiniType<Position> = z.object({ epoch: count, seq: count });

export const bodyText = textOf(roomLimits.bodyBytes);
export const reasonText = textOf(1024);
export const emojiText = textOf(roomLimits.emojiBytes).check(z.minLength(1), oneLine);
export const roomName = z
  .string()
  .check(z.minLength(1), z.maxLength(roomLimits.roomNameChars), wellFormed, oneLine)
  .check(z.refine((text) => text.trim() === text, { error: 'begins or ends with a space' }));
export const description = z.string().check(z.maxLength(roomLimits.descriptionChars), wellFormed, printable);
export const visibility = z.enum(['public', 'private']);
export const role = z.enum(['owner', 'moderator', 'member', 'reader']);
export const entriesLimit = z._default(z.int().check(z.gte(1), z.lte(roomLimits.historyLimit)), 50);

export const fileId = textLike(/^[a-z2-7]{26}$/);
export const fileName = z.string().check(z.minLength(1), z.maxLength(255), wellFormed, oneLine);
/** Type and subtype of RFC 6838, without parameters. */
export const mediaType = textLike(/^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/);
export const attachment: z.ZodMiniType<Attachment> = z.object({
  file: fileId,
  node: nodeId,
  name: fileName,
  type: mediaType,
  sizeBytes: z.int().check(z.gte(0), z.lte(roomLimits.fileBytes)),
});
