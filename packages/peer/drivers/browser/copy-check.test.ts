import { createIdentity, type LocalIdentity } from '@bothy/identity';
import type { EntryRow, LogHead } from '@bothy/peer/core';
import { type CopyFault, faultWords } from '@bothy/peer/views';
import { logKeyOf } from '@bothy/wire';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { checkCopy } from './copy-check.ts';
import { DeviceDirectory } from './device-directory.ts';
import { sealEntry } from './entry-sealer.ts';

const conversation = `d:${'a'.repeat(32)}:${'b'.repeat(32)}`;
const written = 150;

let ann: LocalIdentity;
let ben: LocalIdentity;
let log: string;
let whole: readonly EntryRow[];
let rows: Map<number, EntryRow>;
let head: LogHead;

async function write(count: number, text = 'Snow at the pass'): Promise<EntryRow[]> {
  const out: EntryRow[] = [];
  for (let n = 1; n <= count; n++) {
    const hlc = { ms: 5_000, counter: n };
    const body = JSON.stringify({ kind: 'message', id: `m${n}`, text: `${text} ${n}` });
    const prev = out.at(-1)?.hash ?? '';
    const { record, hash } = await sealEntry({ conversation, author: ann, n, prev, hlc, body }, ann);
    out.push({ conversation, log, n, record, hash, hlc, ahead: false });
  }
  return out;
}

beforeAll(async () => {
  ann = await createIdentity({ name: 'ann', issuedAt: 1_000 });
  ben = await createIdentity({ name: 'ben', issuedAt: 1_000 });
  log = logKeyOf(ann);
  whole = await write(written);
});

beforeEach(() => {
  rows = new Map(whole.map((row) => [row.n, row]));
  head = { conversation, log, n: written, hash: whole.at(-1)?.hash ?? '', messages: written };
});

const row = (n: number): EntryRow => rows.get(n) ?? (whole[n - 1] as EntryRow);
const change = (n: number, changed: Partial<EntryRow>): void => void rows.set(n, { ...row(n), ...changed });

function check(knowsAnn = true, progress?: (checked: number, of: number) => void, signal?: AbortSignal) {
  const stored = () => (knowsAnn ? ann.certificate : null);
  const devices = new DeviceDirectory({ ownCertificate: ben.certificate, stored });
  const store = {
    load: async () => ({
      ...{ contacts: [], receipts: [], readMarks: [], clock: { ms: 0, counter: 0 } },
      heads: [head, { ...head, conversation: 'another' }],
    }),
    // As an index answers: what is there between two numbers.
    entries: async ({ from, limit }: { readonly from: number; readonly limit: number }) =>
      [...rows.values()].filter(({ n }) => n >= from && n < from + limit).sort((a, b) => a.n - b.n),
  };
  return checkCopy({ conversation, store, devices, progress, signal });
}

const faults = async () => (await check()).faults.map(({ n, kind }) => [n, kind]);

test('a copy as it was written has no faults, and says how far it is', async () => {
  const seen: number[] = [];
  const found = await check(true, (checked, of) => seen.push(checked / of));
  expect(found).toEqual({ entries: written, faults: [], isCut: false, unknown: [] });
  expect(seen.at(-1)).toBe(1);
  expect(seen.length).toBeGreaterThan(2);
});

test('a text that somebody changed is named; one that was deleted is none', async () => {
  change(7, { record: { ...row(7).record, body: row(7).record.body?.replace('pass', 'door') ?? null } });
  change(8, { record: { ...row(8).record, body: null } });
  expect(await faults()).toEqual([[7, 'text']]);
});

test('a header that is not the signed one is named once, whether its hash was changed with it or not', async () => {
  const header = row(70).record.header.replace('"counter":70', '"counter":71');
  change(70, { record: { ...row(70).record, header } });
  change(90, { hash: row(89).hash });
  expect(await faults()).toEqual([
    [70, 'entry'],
    [90, 'entry'],
  ]);
});

test('an entry of another history does not follow, and what follows does not follow it', async () => {
  const other = await write(3, 'Another history');
  change(3, { ...(other[2] as EntryRow) });
  expect(await faults()).toEqual([
    [3, 'chain'],
    [4, 'chain'],
  ]);
});

test('one that is put in the place of another is not what belongs there', async () => {
  change(5, { record: row(6).record, hash: row(6).hash });
  expect(await faults()).toEqual([[5, 'entry']]);
});

test('what is missing in the middle and at the end is named, and what is behind it is checked', async () => {
  for (const n of [64, 65, 120, 150]) rows.delete(n);
  change(121, { record: { ...row(121).record, body: '{}' } });
  expect(await faults()).toEqual([
    [64, 'missing'],
    [65, 'missing'],
    [120, 'missing'],
    [121, 'text'],
    [150, 'missing'],
  ]);
});

test('an end that names another entry is named, and nothing is listed without end', async () => {
  head = { ...head, hash: 'another' };
  expect(await faults()).toEqual([[written, 'end']]);
  rows.clear();
  const found = await check();
  expect([found.faults.length, found.isCut]).toEqual([100, true]);
});

test('without the certificate of its author a chain is checked and its signatures are not', async () => {
  change(9, { record: { ...row(9).record, body: '{}' } });
  expect(await check(false)).toMatchObject({ unknown: [log], faults: [{ n: 9, kind: 'text' }] });
});

test('it can be ended early', async () => {
  await expect(check(true, undefined, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});

test('faults are said in words, by whose device it is', () => {
  const reader = { me: ben.person, contactName: 'Ann' };
  const words = (kind: CopyFault['kind'], of = log) => faultWords({ log: of, n: 7, kind }, reader);
  const device = ann.device.slice(0, 4);
  expect(words('text')).toBe(`The text of entry 7 of Ann’s device ${device} is not the one that was signed.`);
  expect(words('chain')).toBe(`Entry 7 of Ann’s device ${device} does not follow entry 6 as it stands here.`);
  expect(words('missing', logKeyOf(ben))).toBe(
    `Entry 7 of your device ${ben.device.slice(0, 4)} is missing here.`,
  );
});
