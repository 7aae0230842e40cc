import * as z from 'zod/mini';
import type { Envelope, Presence } from '../envelope.ts';
import { bootPattern, deviceIdPattern, namePattern, personIdPattern } from '../ids.ts';
import { limits } from '../limits.ts';
import { type Parsed, parseJson, textLike, textUpTo, wholeNumber } from './parse.ts';

const certificateText = textUpTo(2048);
const sdpText = textUpTo(limits.envelopeBytes);

const sessionId = textLike(/^[A-Za-z0-9_-]{1,64}$/);

const sender = z.object({
  person: textLike(personIdPattern),
  device: textLike(deviceIdPattern),
  name: textLike(namePattern),
});

const common = {
  v: z.literal(1),
  from: sender,
  boot: textLike(bootPattern),
  seq: wholeNumber(1),
  sentAt: wholeNumber(0),
};

const linkCommon = {
  ...common,
  to: z.object({
    name: textLike(namePattern),
    person: textLike(personIdPattern),
    device: textLike(deviceIdPattern),
  }),
  toBoot: textLike(bootPattern),
  session: sessionId,
};

const sessionBody = { toSession: z.nullable(sessionId) };
const descriptionBody = { ...sessionBody, sdp: sdpText, number: wholeNumber(1) };

const contactCommon = {
  ...common,
  to: z.object({ name: textLike(namePattern), person: z.optional(textLike(personIdPattern)) }),
  toBoot: z.null(),
  session: z.literal(''),
  body: z.object({ certificate: certificateText, request: wholeNumber(1) }),
};

const candidate = z.object({
  candidate: textUpTo(1024),
  sdpMid: z.nullable(textUpTo(64)),
  sdpMLineIndex: z.nullable(wholeNumber(0)),
  usernameFragment: z.nullable(textUpTo(256)),
});

const envelopeSchema = z.discriminatedUnion('kind', [
  z.object({
    ...linkCommon,
    kind: z.literal('offer'),
    body: z.object({ ...descriptionBody, certificate: certificateText }),
  }),
  z.object({ ...linkCommon, kind: z.literal('answer'), body: z.object(descriptionBody) }),
  z.object({
    ...linkCommon,
    kind: z.literal('candidates'),
    body: z.object({
      ...sessionBody,
      candidates: z.array(candidate).check(z.maxLength(limits.candidatesPerEnvelope)),
    }),
  }),
  z.object({ ...contactCommon, kind: z.literal('contact.request') }),
  z.object({ ...contactCommon, kind: z.literal('contact.accept') }),
  z.object({ ...contactCommon, kind: z.literal('contact.decline') }),
]);

const presenceSchema: z.ZodMiniType<Presence> = z.object({
  v: z.literal(1),
  from: sender,
  boot: textLike(bootPattern),
  connection: wholeNumber(1),
  online: z.boolean(),
  sentAt: wholeNumber(0),
  certificate: certificateText,
});

/** Shape only: the caller verifies the signature, then hands the value to the core. */
export function parseEnvelope(text: string): Parsed<Envelope> {
  return parseJson(envelopeSchema as unknown as z.ZodMiniType<Envelope>, text, limits.envelopeBytes);
}

/** Shape only: the caller verifies certificate and signature. */
export function parsePresence(text: string): Parsed<Presence> {
  return parseJson(presenceSchema, text, limits.envelopeBytes);
}
