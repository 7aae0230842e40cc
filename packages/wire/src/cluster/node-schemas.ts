/** Shapes of what nodes say about themselves, names and MQTT messages. Bounds are what a cluster may need, generously. */
import * as z from 'zod/mini';
import { namePattern, personIdPattern } from '../ids.ts';
import { utf8Bytes } from '../limits.ts';
import { textLike, textUpTo, wholeNumber } from '../schemas/parse.ts';
import { count, nodeId } from '../schemas/room-parts.ts';

/** Ends up in logs, headers and file names of others. */
const plainText = (maxChars: number) => z.string().check(z.regex(/^[\x20-\x7e]*$/), z.maxLength(maxChars));

/** What a node made up to tell its data folder, or its start, from others. */
export const token = textLike(/^[A-Za-z0-9_-]{1,64}$/);

export const nodeInfo = z.object({
  id: nodeId,
  instance: token,
  address: textLike(/^[A-Za-z0-9.:[\]_%-]{1,255}:[0-9]{1,5}$/),
  webUrl: plainText(512),
  version: plainText(64),
});

export const heartbeat = z.object({
  kind: z.literal('heartbeat'),
  nodes: z.array(nodeInfo).check(z.maxLength(256)),
  load: z.object({
    sessions: count,
    rooms: count,
    messagesPerSecond: z.number().check(z.gte(0), z.lte(Number.MAX_SAFE_INTEGER)),
  }),
});

export const forget = z.object({ kind: z.literal('forget'), node: nodeId });

const name = textLike(namePattern);
const person = textLike(personIdPattern);
const certificate = textUpTo(2048);
const stamp = z.object({ ms: wholeNumber(0), counter: wholeNumber(0) });
const id = textLike(/^[\x21-\x7e]{1,128}$/);

export const nameQuery = z.object({
  kind: z.literal('nameQuery'),
  id,
  question: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('lookup'), name }),
    z.object({ kind: z.literal('claim'), name, person, certificate: certificate.check(z.minLength(1)) }),
    z.object({ kind: z.literal('release'), name }),
  ]),
});

export const nameAnswer = z.object({
  kind: z.literal('nameAnswer'),
  id,
  outcome: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('bound'), person }),
    z.object({ kind: z.literal('taken'), person }),
    z.object({ kind: z.literal('free') }),
    z.object({ kind: z.literal('closed') }),
    z.object({ kind: z.literal('provisional') }),
  ]),
});

export const nameRecords = z.object({
  kind: z.literal('nameRecords'),
  records: z
    .array(z.object({ name, person: z.nullable(person), certificate, stamp }))
    .check(z.maxLength(1_000)),
});

/** MQTT 3.1.1, sections 1.5.3 and 4.7: at most 65,535 bytes, without wildcards and U+0000. */
const topic = z.string().check(
  z.minLength(1),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: U+0000 is what it is about
  z.regex(/^[^\u0000#+]*$/),
  z.refine((text) => text.length <= 65_535 && utf8Bytes(text) <= 65_535),
);
/** Four times what the broker takes from a client. */
const maxPayloadBytes = 256 * 1024;

export const bridge = z.object({
  kind: z.literal('bridge'),
  topic,
  payload: z.instanceof(Uint8Array).check(z.refine((payload) => payload.length <= maxPayloadBytes)),
  qos: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  retain: z.boolean(),
  origin: nodeId,
  stamp,
});
