import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lastWallMs } from '../frames.ts';
import { limits } from '../limits.ts';
import {
  parseCertificate,
  parseEntryBody,
  parseEntryHeader,
  parseEnvelope,
  parseFrame,
  parsePresence,
  parseProof,
} from './index.ts';

const person = 'a'.repeat(32);
const other = 'b'.repeat(32);
const device = 'c'.repeat(16);
const hash = 'H'.repeat(43);
const boot = '00000001.aaaaaaaaaaaaa';
const conversation = `d:${person}:${other}`;

const offer = {
  v: 1,
  from: { person, device, name: 'alice' },
  to: { name: 'ben', person: other, device },
  boot,
  toBoot: boot,
  session: 'abc',
  seq: 1,
  sentAt: 0,
  kind: 'offer',
  body: { toSession: null, number: 1, sdp: 'v=0', certificate: '{}' },
};
const request = {
  ...offer,
  to: { name: 'ben' },
  toBoot: null,
  session: '',
  kind: 'contact.request',
  body: { certificate: '{}', request: 1 },
};
const header = {
  v: 1,
  conversation,
  person,
  device,
  n: 1,
  prev: '',
  hlc: { ms: 1, counter: 0 },
  bodyHash: hash,
};
const certificate = {
  v: 1,
  name: 'alice',
  person,
  personKey: hash,
  device,
  deviceKey: hash,
  issuedAt: 0,
};
const presence = { v: 1, from: offer.from, boot, connection: 1, online: true, sentAt: 0, certificate: '{}' };
const proof = { v: 1, certificate: '{}', audience: '127.0.0.1:8080', nonce: 'N'.repeat(22), issuedAt: 0 };
const entries = { kind: 'entries', conversation, entries: [{ header: '{}', body: '{}' }] };

const parsers = [
  [
    'envelope',
    parseEnvelope,
    [offer, request, { ...offer, kind: 'answer', body: { toSession: 'abc', number: 2, sdp: '' } }],
  ],
  ['presence', parsePresence, [presence]],
  ['certificate', parseCertificate, [certificate]],
  ['proof', parseProof, [proof]],
  ['entry header', parseEntryHeader, [header]],
  ['entry body', parseEntryBody, [{ kind: 'message', id: 'x', text: 'hello' }]],
  ['frame', parseFrame, [entries, { kind: 'have', conversation, vector: { [`${person}/${device}`]: 3 } }]],
] as const;

describe.each(parsers)('%s', (_, parse, samples) => {
  test('samples are taken, with the members of a later version too', () => {
    for (const sample of samples) {
      expect(parse(JSON.stringify(sample))).toMatchObject({ ok: true });
      expect(parse(JSON.stringify({ ...sample, later: [1, 2] }))).toMatchObject({ ok: true });
    }
  });

  test('anything else is refused with a reason and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = parse(text);
        if (!parsed.ok) expect(parsed.reason).not.toBe('');
      }),
    );
  });

  test('each member of a sample is needed', () => {
    for (const sample of samples) {
      for (const key of Object.keys(sample)) {
        const { [key as keyof typeof sample]: _, ...rest } = sample;
        expect(parse(JSON.stringify(rest)), `without ${key}`).toMatchObject({ ok: false });
      }
    }
  });
});

test.each([
  ['a name with capitals', { ...offer, from: { ...offer.from, name: 'Alice' } }],
  ['a fraction as number', { ...offer, seq: 1.5 }],
  ['no boot of the recipient', { ...offer, toBoot: null }],
  ['an unknown kind', { ...offer, kind: 'shout' }],
  [
    'too many candidates',
    { ...offer, kind: 'candidates', body: { toSession: null, candidates: Array(33).fill({}) } },
  ],
  ['another version', { ...offer, v: 2 }],
])('an envelope with %s is refused', (_, envelope) => {
  expect(parseEnvelope(JSON.stringify(envelope))).toMatchObject({ ok: false });
});

test('a pong may say what time it is, as any clock shows it', () => {
  const pong = (at: unknown) => parseFrame(JSON.stringify({ kind: 'pong', t: 5_000, at }));
  expect(pong(undefined)).toEqual({ ok: true, value: { kind: 'pong', t: 5_000 } });
  for (const at of [0, 1_795_253_400_001, lastWallMs]) {
    expect(pong(at)).toEqual({ ok: true, value: { kind: 'pong', t: 5_000, at } });
  }
  for (const at of [-1, 0.5, lastWallMs + 1, 1e300, '0', null]) {
    expect(pong(at)).toEqual({ ok: false, reason: 'wrong shape at at' });
  }
});

test('hashes of ends name devices, may be left out, and are no longer than a hash', () => {
  const log = `${person}/${device}`;
  const have = (ends: unknown) =>
    parseFrame(JSON.stringify({ kind: 'have', conversation, vector: {}, ends }));
  expect(have(undefined)).toEqual({ ok: true, value: { kind: 'have', conversation, vector: {} } });
  expect(have({ [log]: 'h' })).toMatchObject({ ok: true, value: { ends: { [log]: 'h' } } });
  for (const wrong of [{ ben: 'h' }, { [log]: 'h'.repeat(65) }, { [log]: 1 }, []]) {
    expect(have(wrong)).toMatchObject({ ok: false });
  }
  const compare = (n: unknown, of = log) =>
    parseFrame(JSON.stringify({ kind: 'compare', conversation, log: of, n }));
  expect(compare(1)).toMatchObject({ ok: true });
  for (const wrong of [compare(0), compare(1.5), compare(1, 'ben')])
    expect(wrong).toMatchObject({ ok: false });
});

test('a version vector names devices, and not too many', () => {
  const have = (vector: unknown) => parseFrame(JSON.stringify({ kind: 'have', conversation, vector }));
  const device = (i: number) =>
    `${person}/${'abcdefghijklmnopqrstuvwxyz234567'[i % 32]}${'a'.repeat(14)}${i < 32 ? 'a' : 'b'}`;
  const vector = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [device(i), 1]));
  expect(have(vector(limits.vectorLogs))).toMatchObject({ ok: true });
  expect(have({ ...vector(limits.vectorLogs), [`${other}/${'c'.repeat(16)}`]: 1 })).toMatchObject({
    ok: false,
  });
  expect(have({ ben: 1 })).toMatchObject({ ok: false });
  expect(have(JSON.parse('{"__proto__": 1}'))).toMatchObject({ ok: true, value: { vector: {} } });
});

test('sizes are counted in UTF-8 bytes', () => {
  const body = (text: string) => parseEntryBody(JSON.stringify({ kind: 'message', id: 'x', text }));
  expect(body('a'.repeat(limits.messageBytes))).toMatchObject({ ok: true });
  expect(body('a'.repeat(limits.messageBytes + 1))).toMatchObject({ ok: false });
  expect(body('é'.repeat(limits.messageBytes / 2 + 1))).toMatchObject({ ok: false });
  const sdp = 'x'.repeat(limits.envelopeBytes);
  const large = parseEnvelope(JSON.stringify({ ...offer, body: { ...offer.body, sdp } }));
  expect(large).toEqual({ ok: false, reason: `larger than ${limits.envelopeBytes} bytes` });
});

test('a body of a later version is kept and not shown', () => {
  expect(parseEntryBody('{"kind":"reaction","emoji":"🙂"}')).toEqual({ ok: true, value: undefined });
});
