/** Parses text from outside, once, at the border: size, JSON, then shape. */
import * as z from 'zod/mini';
import { utf8Bytes } from '../limits.ts';

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** Parses JSON text of at most `maxBytes` UTF-8 bytes. The reason is for logs and errors, never secret. */
export function parseJson<T>(schema: z.ZodMiniType<T>, text: string, maxBytes: number): Parsed<T> {
  // A UTF-16 unit is at most three bytes, so most texts need no encoding to be measured.
  if (text.length > maxBytes || (text.length * 3 > maxBytes && utf8Bytes(text) > maxBytes)) {
    return { ok: false, reason: `larger than ${maxBytes} bytes` };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const result = schema.safeParse(json);
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  const path = issue?.path.join('.') ?? '';
  return { ok: false, reason: path === '' ? 'wrong shape' : `wrong shape at ${path.slice(0, 80)}` };
}

/** A whole number from `min` that JavaScript holds exactly. */
export function wholeNumber(min: number): z.ZodMiniType<number> {
  return z.number().check(z.int(), z.gte(min), z.lte(Number.MAX_SAFE_INTEGER));
}

export function textUpTo(maxChars: number): z.ZodMiniType<string> {
  return z.string().check(z.maxLength(maxChars));
}

export function textLike(pattern: RegExp): z.ZodMiniType<string> {
  return z.string().check(z.regex(pattern));
}

/** A raw Ed25519 public key or a SHA-256 hash: 32 bytes in base64url. */
export const base64Url32 = textLike(/^[A-Za-z0-9_-]{43}$/);
