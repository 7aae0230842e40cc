import { createIdentity, type LocalIdentity, signText } from '@bothy/identity';
import { formatBoot, topics, unsignedText } from '@bothy/wire';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { DeviceDirectory } from './device-directory.ts';
import { type Arrival, readArrival } from './signed-intake.ts';
import { answer, contactRequest, envelopeText, presenceText } from './signed-samples.ts';

let ann: LocalIdentity;
let ben: LocalIdentity;
/** What Ben has seen. */
let devices: DeviceDirectory;

beforeAll(async () => {
  ann = await createIdentity({ name: 'ann', issuedAt: 1_000 });
  ben = await createIdentity({ name: 'ben', issuedAt: 1_000 });
});

beforeEach(() => {
  devices = new DeviceDirectory({ ownCertificate: ben.certificate, stored: () => null });
});

const boot = formatBoot(1, 'a'.repeat(13));
const requestTopic = topics.signalling('ben', 'contactRequest');
const answerTopic = topics.signalling('ben', 'answer');

function read(topic: string, payload: string | Uint8Array): Promise<Arrival> {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  return readArrival(topic, bytes, devices);
}

async function refusalOf(topic: string, payload: string | Uint8Array): Promise<string> {
  const arrival = await read(topic, payload);
  return arrival.kind === 'refused' ? arrival.refusal.code : arrival.kind;
}

test('presence and a contact request bring their certificate along and are taken', async () => {
  const presence = await read(topics.presence('ann', ann.device), await presenceText(ann));
  expect(presence).toMatchObject({ kind: 'presence', presence: { online: true, from: { name: 'ann' } } });
  const request = contactRequest(ann, boot, 1);
  expect(await read(requestTopic, await envelopeText(request, ann))).toEqual({
    kind: 'envelope',
    envelope: request,
  });
});

test('an answer is taken once its sender’s certificate was seen', async () => {
  const text = await envelopeText(answer(ann, ben), ann);
  expect(await refusalOf(answerTopic, text)).toBe('unknown_device');
  await read(topics.presence('ann', ann.device), await presenceText(ann));
  expect(await read(answerTopic, text)).toMatchObject({ kind: 'envelope', envelope: { kind: 'answer' } });
});

test('a cleared retained message says nothing', async () => {
  expect(await read(topics.presence('ann', ann.device), '')).toEqual({ kind: 'empty' });
});

test('what is too large, unreadable or in the wrong place is refused', async () => {
  const text = await envelopeText(contactRequest(ann, boot, 1), ann);
  expect(await refusalOf(requestTopic, 'x'.repeat(64 * 1024 + 1))).toBe('payload_too_large');
  expect(await refusalOf(requestTopic, new Uint8Array([0xff, 0xfe]))).toBe('bad_request');
  expect(await refusalOf(requestTopic, 'not JSON')).toBe('bad_request');
  expect(await refusalOf(topics.presence('ann', ann.device), text)).toBe('bad_request');
  expect(await refusalOf(topics.signalling('ben', 'offer'), text)).toBe('bad_request');
  expect(await refusalOf('user/ben/elsewhere', text)).toBe('bad_request');
});

test('a signature that is not the sender’s, or was made for something else, is refused', async () => {
  const request = contactRequest(ann, boot, 1);
  const text = await envelopeText(request, ann);
  const asPresence = await signText('presence', unsignedText({ ...request }), ann.devicePrivateKey);
  expect(await refusalOf(requestTopic, text.replace('"sentAt":1', '"sentAt":2'))).toBe('bad_signature');
  expect(await refusalOf(requestTopic, await envelopeText(request, ben))).toBe('bad_signature');
  expect(await refusalOf(requestTopic, asPresence)).toBe('bad_signature');
  const presence = await presenceText(ann);
  const offline = presence.replace('"online":true', '"online":false');
  expect(await refusalOf(topics.presence('ann', ann.device), offline)).toBe('bad_signature');
});

test('nobody speaks as somebody else: sender, certificate and topic must be one device', async () => {
  const text = await presenceText(ann);
  expect(await refusalOf(topics.presence('ben', ann.device), text)).toBe('bad_signature');
  expect(await refusalOf(topics.presence('ann', ben.device), text)).toBe('bad_signature');
  const from = { person: ann.person, device: ann.device, name: 'ben' };
  const renamed = { ...contactRequest(ann, boot, 1), from };
  expect(await refusalOf(requestTopic, await envelopeText(renamed, ann))).toBe('bad_signature');
  const borrowed = { ...contactRequest(ben, boot, 1), from: contactRequest(ann, boot, 1).from };
  expect(await refusalOf(requestTopic, await envelopeText(borrowed, ben))).toBe('bad_signature');
});

test('a certificate that was tampered with is refused', async () => {
  const certificate = ann.certificate.replace('"issuedAt":1000', '"issuedAt":1001');
  const text = await presenceText(ann, { certificate });
  expect(await refusalOf(topics.presence('ann', ann.device), text)).toBe('bad_signature');
});
