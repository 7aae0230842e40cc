import { createIdentity, hashText, type LocalIdentity, verifyText } from '@bothy/identity';
import type { EntryContent } from '@bothy/peer/core';
import type { EntryRecord, Frame } from '@bothy/wire';
import { beforeAll, expect, test } from 'vitest';
import { DeviceDirectory } from './device-directory.ts';
import { sealEntry } from './entry-sealer.ts';
import { verifyEntry, verifyFrame } from './entry-verifier.ts';

let ann: LocalIdentity;
let ben: LocalIdentity;

beforeAll(async () => {
  ann = await createIdentity({ name: 'ann', issuedAt: 1_000 });
  ben = await createIdentity({ name: 'ben', issuedAt: 1_000 });
});

const conversation = `d:${'a'.repeat(32)}:${'b'.repeat(32)}`;

function content(author: LocalIdentity, n: number, text = 'Snow at the pass'): EntryContent {
  return {
    conversation,
    author: { person: author.person, device: author.device },
    n,
    prev: '',
    hlc: { ms: 5_000, counter: n },
    body: JSON.stringify({ kind: 'message', id: `m${n}`, text }),
  };
}

/** What Ben knows: his own certificate, and Ann's when told. */
function bensDirectory(storedFor?: LocalIdentity): DeviceDirectory {
  const stored = (person: string): string | null =>
    person === storedFor?.person ? storedFor.certificate : null;
  return new DeviceDirectory({ ownCertificate: ben.certificate, stored });
}

test('a sealed entry is verified by whoever has its author’s certificate, from the store or learned', async () => {
  const seal = await sealEntry(content(ann, 1), ann);
  const learned = bensDirectory();
  await learned.learn(ann.certificate);
  for (const devices of [learned, bensDirectory(ann)]) {
    const verdict = await verifyEntry(seal.record, devices);
    expect(verdict).toMatchObject({
      ok: true,
      entry: {
        hash: seal.hash,
        header: { person: ann.person, device: ann.device, n: 1, hlc: { ms: 5_000, counter: 1 } },
        body: { kind: 'message', id: 'm1', text: 'Snow at the pass' },
      },
    });
  }
});

test('the header’s members stand in their order, and its hash is that of the signed text', async () => {
  const { record, hash } = await sealEntry(content(ann, 7), ann);
  expect(Object.keys(JSON.parse(record.header))).toEqual([
    'v',
    'conversation',
    'person',
    'device',
    'n',
    'prev',
    'hlc',
    'bodyHash',
    'sig',
  ]);
  expect(hash).toBe(await hashText(record.header));
});

test('an entry by an unseen device is refused as such; our own are always known', async () => {
  const devices = bensDirectory();
  const hers = await sealEntry(content(ann, 1), ann);
  const his = await sealEntry(content(ben, 1), ben);
  expect(await verifyEntry(hers.record, devices)).toMatchObject({ refusal: { code: 'unknown_device' } });
  expect(await verifyEntry(his.record, devices)).toMatchObject({ ok: true });
});

test('a changed body, a changed header and a signature of another kind are refused', async () => {
  const devices = bensDirectory(ann);
  const { record } = await sealEntry(content(ann, 1), ann);
  const changed: EntryRecord[] = [
    { ...record, body: record.body?.replace('Snow', 'Rain') ?? '' },
    { ...record, header: record.header.replace('"n":1,', '"n":2,') },
    { ...record, header: record.header.replace(ann.device, ben.device).replace(ann.person, ben.person) },
  ];
  for (const forged of changed) {
    expect(await verifyEntry(forged, devices)).toMatchObject({ refusal: { code: 'bad_signature' } });
  }
  expect(await verifyEntry({ header: 'not JSON', body: '' }, devices)).toMatchObject({
    refusal: { code: 'bad_request' },
  });
});

test('a device seals nothing in the name of another', async () => {
  await expect(sealEntry(content(ben, 1), ann)).rejects.toThrow('its own entries only');
});

test('a frame is taken up to its first refused entry', async () => {
  const devices = bensDirectory(ann);
  const seals = await Promise.all([1, 2, 3].map((n) => sealEntry(content(ann, n), ann)));
  const entries = seals.map((seal, i) => (i === 1 ? { ...seal.record, body: '{"kind":"x"}' } : seal.record));
  const frame: Extract<Frame, { kind: 'entries' }> = { kind: 'entries', conversation, entries };
  const verdict = await verifyFrame(frame, devices);
  expect(verdict.frame).toMatchObject({ kind: 'entries', entries: [{ header: { n: 1 } }] });
  expect(verdict.refusal).toMatchObject({ code: 'bad_signature' });

  const elsewhere = await verifyFrame({ ...frame, conversation: `d:${'c'.repeat(32)}:x` }, devices);
  expect(elsewhere).toMatchObject({ frame: undefined, refusal: { code: 'bad_request' } });
});

test('the directory forgets the device that was used longest ago', async () => {
  const devices = new DeviceDirectory({ ownCertificate: ben.certificate, stored: () => null, maxDevices: 2 });
  const [one, two, three] = await Promise.all(
    ['one', 'two', 'three'].map((name) => createIdentity({ name, issuedAt: 1 })),
  );
  if (one === undefined || two === undefined || three === undefined) throw new Error('three were made');
  await devices.learn(one.certificate);
  await devices.learn(two.certificate);
  expect(await devices.find(one)).toBeDefined();
  await devices.learn(three.certificate);
  expect(await devices.find(two)).toBeUndefined();
  expect(await devices.find(one)).toBeDefined();
});

test('a certificate that was tampered with is not learned', async () => {
  const devices = bensDirectory();
  const learned = await devices.learn(ann.certificate.replace('"ann"', '"amy"'));
  expect(learned.ok).toBe(false);
  expect(await devices.find(ann)).toBeUndefined();
});

test('an entry’s signature is none for anything else', async () => {
  const { record } = await sealEntry(content(ann, 1), ann);
  const devices = bensDirectory(ann);
  const author = await devices.find(ann);
  if (author === undefined) throw new Error('Ann is stored');
  expect(await verifyText('entry', record.header, author.deviceKey)).toBeDefined();
  expect(await verifyText('envelope', record.header, author.deviceKey)).toBeUndefined();
});
