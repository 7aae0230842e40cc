import * as z from 'zod/mini';
import { namePattern } from '../ids.ts';
import { type KeyFile, keyFileIterations } from '../key-file.ts';
import { base64Url32, type Parsed, parseJson, textLike, wholeNumber } from './parse.ts';

/** A key file is about 450 bytes. */
export const maxKeyFileBytes = 4 * 1024;

const keyFileSchema: z.ZodMiniType<KeyFile> = z.object({
  bothy: z.literal('key'),
  v: z.literal(1),
  name: textLike(namePattern),
  personKey: base64Url32,
  iterations: wholeNumber(keyFileIterations.min).check(z.lte(keyFileIterations.max)),
  salt: textLike(/^[A-Za-z0-9_-]{22}$/),
  iv: textLike(/^[A-Za-z0-9_-]{16}$/),
  sealed: textLike(/^[A-Za-z0-9_-]{60,200}$/),
  check: base64Url32,
});

/** Shape only: the caller verifies the check, and opens what is sealed. */
export function parseKeyFile(text: string): Parsed<KeyFile> {
  return parseJson(keyFileSchema, text, maxKeyFileBytes);
}
