/** Verifies what arrives below `user/`: presence and envelopes, before a core sees them. */
import { verifyText } from '@bothy/identity';
import {
  type Envelope,
  type EnvelopeKind,
  type EnvelopeSender,
  type ErrorCode,
  limits,
  type Presence,
  parseUserTopic,
  type SignallingTopic,
} from '@bothy/wire';
import { parseEnvelope, parsePresence } from '@bothy/wire/schemas';
import type { DeviceDirectory, KnownDevice } from './device-directory.ts';
import type { Refusal } from './entry-verifier.ts';

export type Arrival =
  | { readonly kind: 'presence'; readonly presence: Presence }
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Says nothing: a retained message that was cleared. */
  | { readonly kind: 'empty' };

/** The topic that envelopes of each kind travel on. */
export const topicOfKind: Readonly<Record<EnvelopeKind, SignallingTopic>> = {
  offer: 'offer',
  answer: 'answer',
  candidates: 'iceCandidate',
  'contact.request': 'contactRequest',
  'contact.accept': 'contactRequest',
  'contact.decline': 'contactRequest',
};

/** Reads one MQTT message: size, topic, text, shape, certificate, signature, sender. */
export async function readArrival(
  topic: string,
  payload: Uint8Array,
  devices: DeviceDirectory,
): Promise<Arrival> {
  if (payload.length === 0) return { kind: 'empty' };
  if (payload.length > limits.envelopeBytes) {
    return refused('payload_too_large', `A message of ${payload.length} bytes arrived.`);
  }
  const parsedTopic = parseUserTopic(topic);
  if (parsedTopic === undefined) return refused('bad_request', 'A message arrived on an unknown topic.');
  const text = decode(payload);
  if (text === undefined) return refused('bad_request', 'A message arrived that is not UTF-8 text.');
  if (parsedTopic.kind === 'presence')
    return readPresence(parsedTopic.name, parsedTopic.device, text, devices);
  return readEnvelope(parsedTopic.topic, text, devices);
}

async function readPresence(
  name: string,
  device: string,
  text: string,
  devices: DeviceDirectory,
): Promise<Arrival> {
  const parsed = parsePresence(text);
  if (!parsed.ok) return refused('bad_request', `A presence cannot be read: ${parsed.reason}.`);
  const { from, certificate } = parsed.value;
  if (from.name !== name || from.device !== device) {
    return refused('bad_signature', 'A presence stands under the topic of another device.');
  }
  const sender = await certified(from, certificate, devices);
  if (sender.kind === 'refused') return sender;
  if ((await verifyText('presence', text, sender.device.deviceKey)) === undefined) {
    return refused('bad_signature', "A presence is not signed by its device's key.");
  }
  return { kind: 'presence', presence: parsed.value };
}

async function readEnvelope(
  topic: SignallingTopic,
  text: string,
  devices: DeviceDirectory,
): Promise<Arrival> {
  const parsed = parseEnvelope(text);
  if (!parsed.ok) return refused('bad_request', `A signal cannot be read: ${parsed.reason}.`);
  const envelope = parsed.value;
  if (topicOfKind[envelope.kind] !== topic) {
    return refused('bad_request', `A signal of kind ${envelope.kind} came on the topic ${topic}.`);
  }
  const sender =
    'certificate' in envelope.body
      ? await certified(envelope.from, envelope.body.certificate, devices)
      : await known(envelope.from, devices);
  if (sender.kind === 'refused') return sender;
  if ((await verifyText('envelope', text, sender.device.deviceKey)) === undefined) {
    return refused('bad_signature', "A signal is not signed by its sender's key.");
  }
  return { kind: 'envelope', envelope };
}

type Sender =
  | { readonly kind: 'sender'; readonly device: KnownDevice }
  | Extract<Arrival, { kind: 'refused' }>;

/** The sender, by the certificate that came along. */
async function certified(
  from: EnvelopeSender,
  certificateText: string,
  devices: DeviceDirectory,
): Promise<Sender> {
  const learned = await devices.learn(certificateText);
  if (!learned.ok) return refused('bad_signature', `A certificate is not valid: ${learned.reason}.`);
  return matching(from, learned.device);
}

/** The sender, by a certificate seen before. */
async function known(from: EnvelopeSender, devices: DeviceDirectory): Promise<Sender> {
  const device = await devices.find(from);
  if (device === undefined) {
    return refused('unknown_device', `A signal came from a device of ${from.name} that we do not know.`);
  }
  return matching(from, device);
}

function matching(from: EnvelopeSender, device: KnownDevice): Sender {
  const { person, name, device: id } = device.certificate;
  if (from.person === person && from.name === name && from.device === id) return { kind: 'sender', device };
  return refused('bad_signature', 'A message names another sender than its certificate.');
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function decode(payload: Uint8Array): string | undefined {
  try {
    return decoder.decode(payload);
  } catch {
    return undefined;
  }
}

function refused(code: ErrorCode, message: string): Extract<Arrival, { kind: 'refused' }> {
  return { kind: 'refused', refusal: { code, message } };
}
