import { formatBoot, type VerifiedEntry } from '@bothy/wire';
import { expect, test } from 'vitest';
import type { PeerConfig } from './config.ts';
import type { EntryRow } from './records.ts';
import { alice, aliceLog, ben, benEntry, benLog, CoreStage, conversation } from './testing/core-stage.ts';

const head = (log: string, n: number) => ({ conversation, log, n, hash: `${log} ${n}`, messages: n });
const canRenew = { canRenew: true };
const send = { kind: 'send', person: ben.person, messageId: 'x', text: 'x' } as const;

/** The id that Alice had before, and its log. */
const formerLog = `${alice.person}/${'f'.repeat(16)}`;
const renewed: Partial<PeerConfig> = { former: ['f'.repeat(16)], canRenew: true };

/** An entry that was signed by Alice, as Ben holds it. */
function theirs(log: string, n: number, changed: { hash?: string; prev?: string } = {}): VerifiedEntry {
  const [, device = ''] = log.split('/');
  const prev = n === 1 ? '' : `${log} ${n - 1}`;
  return benEntry(n, { person: alice.person, device, prev, hash: `${log} ${n}`, ...changed });
}

function ours(log: string, n: number, body: object | null): EntryRow {
  const record = { header: '{}', body: body === null ? null : JSON.stringify(body) };
  return { conversation, log, n, record, hash: `${log} ${n}`, hlc: { ms: n, counter: 0 }, ahead: false };
}

/** Answers what the core asks of its store now. */
function found(stage: CoreStage, rows: readonly EntryRow[]): void {
  const lookup = stage.outputs.findLast((output) => output.kind === 'lookup');
  if (lookup === undefined) throw new Error('nothing was looked up');
  const { from, limit } = lookup.query;
  const answer = rows.filter(({ n }) => n >= from && n < from + limit);
  stage.step({ kind: 'found', id: lookup.id, answer });
}

const renews = (stage: CoreStage): number => stage.outputs.filter(({ kind }) => kind === 'renew').length;

function ownPresence(stage: CoreStage, counter: number, letter: string): void {
  const boot = formatBoot(counter, letter.repeat(13));
  const presence = {
    v: 1,
    from: alice,
    boot,
    connection: 1,
    online: true,
    sentAt: 0,
    certificate: '',
  } as const;
  stage.step({ kind: 'presence', presence });
}

test('[PS9] a later entry of its own makes a device ask for a new id, once, and write no more', () => {
  const stage = CoreStage.linked({ heads: [head(aliceLog, 2)] }, canRenew);
  stage.have({ [aliceLog]: 3 });
  expect(renews(stage)).toBe(0);
  stage.entries(theirs(aliceLog, 3));
  expect(renews(stage)).toBe(1);
  expect(stage.writes).toEqual([]);
  stage.entries(theirs(aliceLog, 3));
  expect(renews(stage)).toBe(0);
  stage.command(send);
  expect(stage.reply).toMatchObject({ ok: false, code: 'device_rolled_back' });
});

test('[PS9] another entry for a number of its own is compared with its own, and the same one changes nothing', () => {
  const rows = [ours(aliceLog, 1, null), ours(aliceLog, 2, null), ours(aliceLog, 3, null)];
  const stage = CoreStage.linked({ heads: [head(aliceLog, 3)] }, canRenew);
  stage.entries(theirs(aliceLog, 2));
  found(stage, rows);
  expect(stage.outputs).toEqual([]);
  stage.entries(theirs(aliceLog, 2, { hash: 'another' }));
  found(stage, rows);
  expect(renews(stage)).toBe(1);
});

test('[PS9] a start of its own that it does not remember makes a device ask for a new id; an earlier one does not', () => {
  for (const [counter, letter, expected] of [
    [8, 'a', 1],
    [7, 'b', 1],
    [7, '7', 1],
    [7, 'a', 0],
    [6, 'z', 0],
  ] as const) {
    const stage = CoreStage.withBen({}, canRenew);
    ownPresence(stage, counter, letter);
    expect(renews(stage), `${counter} ${letter}`).toBe(expected);
  }
});

test('[PS25] without a new id to have, or after 16, it is told and nothing is asked for', () => {
  const many = Array.from({ length: 16 }, (_, at) => `${'abcdefghijklmnop'[at]}`.repeat(16));
  for (const own of [{}, { canRenew: true, former: many }]) {
    const stage = CoreStage.linked({ heads: [head(aliceLog, 2)] }, own);
    stage.entries(theirs(aliceLog, 3));
    expect(renews(stage)).toBe(0);
    expect(stage.refused).toEqual(['device_rolled_back']);
  }
});

test('[PS23] a log of an earlier id goes on being taken, confirmed and counted as own', () => {
  const receipt = { conversation, device: benLog, delivered: 2, read: 1 };
  const stage = CoreStage.linked({ heads: [head(formerLog, 2)], receipts: [receipt] }, renewed);
  stage.entries(theirs(formerLog, 3));
  expect(stage.writes).toContainEqual(expect.objectContaining({ kind: 'putHead' }));
  expect(stage.frames).toEqual([{ kind: 'have', conversation, vector: { [formerLog]: 3 } }]);
  expect(stage.notices).toContainEqual({ kind: 'unread', conversation, count: 0 });
  stage.have({ [formerLog]: 3 });
  const former = { [formerLog]: { sent: 3, delivered: 3, read: 1 } };
  expect(stage.notices).toContainEqual({
    ...{ kind: 'progress', conversation, log: aliceLog, sent: 0, delivered: 0, read: 0 },
    former,
  });
  expect(stage.writes).toEqual([
    {
      kind: 'putReceipt',
      receipt: {
        ...receipt,
        delivered: 0,
        read: 0,
        log: aliceLog,
        former: { [formerLog]: { delivered: 3, read: 1 } },
      },
    },
  ]);
});

test('[PS23] what was written under an earlier id can be changed once it has arrived', () => {
  const receipt = { conversation, device: benLog, delivered: 2, read: 1 };
  const stage = CoreStage.linked({ heads: [head(formerLog, 3)], receipts: [receipt] }, renewed);
  const device = 'f'.repeat(16);
  stage.command({ kind: 'editMessage', person: ben.person, n: 3, device, text: 'better' });
  expect(stage.reply).toMatchObject({ ok: false, code: 'not_found' });
  stage.command({ kind: 'editMessage', person: ben.person, n: 2, device, text: 'better' });
  const seal = stage.outputs.find((output) => output.kind === 'seal');
  expect(JSON.parse(seal?.content.body ?? '')).toEqual({
    kind: 'edit',
    of: { device, n: 2 },
    text: 'better',
  });
});

const message = (id: string) => ({ kind: 'message', id, text: id });

test('[PS24] what nobody has of a log of an earlier id is written again in one write, and the link is made anew', () => {
  const rows = ['a', 'b', 'c'].map((id, at) => ours(formerLog, at + 1, message(id)));
  const stage = CoreStage.linked({ heads: [head(formerLog, 3)] }, renewed);
  stage.entries(theirs(formerLog, 2, { hash: 'another' }));
  found(stage, rows);
  found(stage, rows);
  const { hlc, body, n } = stage.outputs.find((output) => output.kind === 'seal')?.content ?? {};
  expect([hlc, JSON.parse(body ?? ''), n]).toEqual([{ ms: 2, counter: 0 }, message('b'), 1]);
  stage.seal();
  expect(stage.writes).toEqual([]);
  stage.seal();
  expect(stage.outputs.filter(({ kind }) => kind === 'persist')).toHaveLength(1);
  expect(stage.writes.map((write) => (write.kind === 'putEntry' ? write.row.n : write.kind))).toEqual([
    ...[1, 2, 'putHead', 'putClock', 'cutLog', 'putHead'],
  ]);
  expect(stage.writes).toContainEqual({ kind: 'cutLog', conversation, log: formerLog, from: 2 });
  expect(stage.writes.at(-1)).toMatchObject({ head: { log: formerLog, n: 1, hash: `${formerLog} 1` } });
  expect(stage.notices).toContainEqual({ kind: 'writtenAgain', conversation, messages: 2 });
  expect(stage.rtcOperations).toContainEqual(expect.objectContaining({ operation: { kind: 'close' } }));
});

test('[PS24] what somebody has stays where it is, and an entry behind the place where the two part moves nothing', () => {
  const rows = ['a', 'b', 'c'].map((id, at) => ours(formerLog, at + 1, message(id)));
  const phone = { conversation, device: `${ben.person}/${'p'.repeat(16)}`, delivered: 2, read: 0 };
  const had = CoreStage.linked({ heads: [head(formerLog, 3)], receipts: [phone] }, renewed);
  had.entries(theirs(formerLog, 2, { hash: 'another' }));
  found(had, rows);
  expect(had.outputs).toEqual([]);
  const stage = CoreStage.linked({ heads: [head(formerLog, 3)] }, renewed);
  stage.entries(theirs(formerLog, 3, { hash: 'another', prev: 'another too' }));
  found(stage, rows);
  expect(stage.outputs).toEqual([]);
});

test('[PS24] nothing of a log is left where all of it is written again', () => {
  const stage = CoreStage.linked({ heads: [head(formerLog, 1)] }, renewed);
  stage.entries(theirs(formerLog, 1, { hash: 'another' }));
  found(stage, [ours(formerLog, 1, null)]);
  found(stage, [ours(formerLog, 1, null)]);
  expect(stage.writes.map(({ kind }) => kind)).toEqual(['putClock', 'cutLog']);
});
