import { limits } from '@bothy/wire';
import { expect, test } from 'vitest';
import { alice, aliceLog, ben, benEntry, benLog, CoreStage, conversation } from './testing/core-stage.ts';

const send = (text = 'hello') => ({ kind: 'send', person: ben.person, messageId: 'id', text }) as const;
const kinds = (stage: CoreStage): string[] => stage.outputs.map(({ kind }) => kind);
const head = (log: string, n: number) => ({ conversation, log, n, hash: `${n}`, messages: n });
const progress = (stage: CoreStage) => stage.notices.findLast((notice) => notice.kind === 'progress');

test('[PS1] a message is sealed, stored in one write, and only then sent, told and answered', () => {
  const stage = CoreStage.linked();
  stage.have({});
  stage.command(send());
  expect(kinds(stage)).toEqual(['seal']);
  stage.seal();
  expect(kinds(stage)).toEqual(['persist', 'frame', 'notify', 'notify', 'reply']);
  expect(stage.writes.map(({ kind }) => kind)).toEqual(['putEntry', 'putHead', 'putClock']);
  expect(stage.outputs.filter((output) => 'early' in output)).toEqual([]);
});

test('[PS2] one entry is sealed at a time, in the order of the commands', () => {
  const stage = CoreStage.withBen();
  stage.command(send('first'));
  const first = stage.outputs;
  stage.command(send('second'));
  expect(kinds(stage)).toEqual([]);
  stage.outputs = first;
  stage.seal();
  const seal = stage.outputs.find((output) => output.kind === 'seal');
  expect(seal).toMatchObject({ content: { n: 2, prev: 'hash 1', body: expect.stringContaining('second') } });
});

test('[PS3] on a new link each side says what it holds and is sent what it lacks', () => {
  const stage = CoreStage.linked({ heads: [head(aliceLog, 5), head(benLog, 3)] });
  expect(stage.frames).toMatchObject([
    { kind: 'have', conversation, vector: { [aliceLog]: 5, [benLog]: 3 } },
  ]);
  stage.have({ [aliceLog]: 2, [benLog]: 3 });
  expect(stage.outputs).toContainEqual(
    expect.objectContaining({
      kind: 'lookup',
      query: { kind: 'entries', conversation, log: aliceLog, from: 3, limit: 64 },
    }),
  );
});

test('[PS4] an entry that continues the log is taken, a double passed over, a gap refused', () => {
  const stage = CoreStage.linked();
  stage.entries(benEntry(1), benEntry(2), benEntry(2));
  expect(stage.writes.filter(({ kind }) => kind === 'putEntry')).toHaveLength(2);
  stage.entries(benEntry(4));
  expect(stage.refused).toEqual(['bad_request']);
  expect(stage.writes).toEqual([]);
});

test('[PS5] the first of two entries with one number is kept, and the log is closed', () => {
  const stage = CoreStage.linked();
  stage.entries(benEntry(1));
  stage.entries(benEntry(1, { hash: 'another' }));
  expect(stage.refused).toEqual(['bad_signature']);
  stage.entries(benEntry(2));
  expect(stage.writes).toEqual([]);
  const broken = CoreStage.linked();
  broken.entries(benEntry(1), benEntry(2, { prev: 'not the hash of 1' }), benEntry(3));
  expect(broken.writes.filter(({ kind }) => kind === 'putEntry')).toHaveLength(1);
});

test('[PS6] what was taken is confirmed behind the write that stores it', () => {
  const stage = CoreStage.linked();
  stage.entries(benEntry(1));
  const order = kinds(stage);
  expect(stage.frames).toEqual([{ kind: 'have', conversation, vector: { [benLog]: 1 } }]);
  expect(order.indexOf('persist')).toBeLessThan(order.indexOf('frame'));
  expect(stage.outputs.find(({ kind }) => kind === 'frame')).not.toHaveProperty('early');
});

test('[PS7] delivered and read are stored when they rise, and never fall', () => {
  const stage = CoreStage.linked({ heads: [head(aliceLog, 5)] });
  stage.have({ [aliceLog]: 4 });
  expect(stage.writes).toMatchObject([{ kind: 'putReceipt', receipt: { delivered: 4, read: 0 } }]);
  stage.step({
    kind: 'frame',
    link: stage.link,
    frame: { kind: 'read', conversation, vector: { [aliceLog]: 3 } },
  });
  expect(stage.writes).toMatchObject([{ kind: 'putReceipt', receipt: { delivered: 4, read: 3 } }]);
  stage.have({ [aliceLog]: 1 });
  expect(stage.writes).toEqual([]);
  expect(progress(stage)).toMatchObject({ delivered: 4, read: 3 });
});

test('[PS7] a tick does not wait for our own note of it', () => {
  const stage = CoreStage.linked({ heads: [head(aliceLog, 5)] });
  stage.have({ [aliceLog]: 4 });
  const order = stage.outputs.map((output) => (output.kind === 'notify' ? output.notice.kind : output.kind));
  expect(order.indexOf('progress')).toBeGreaterThan(-1);
  expect(order.indexOf('progress')).toBeLessThan(order.indexOf('persist'));
});

test('[PS8] what was only on its way is pending again once the link has ended', () => {
  const stage = CoreStage.linked();
  stage.have({});
  stage.command(send());
  stage.seal();
  expect(progress(stage)).toMatchObject({ sent: 1, delivered: 0 });
  stage.rtc({ kind: 'channel', state: 'closed' });
  expect(progress(stage)).toMatchObject({ sent: 0, delivered: 0 });
});

test('[PS9] a device that was restored from an older copy writes no more', () => {
  const stage = CoreStage.linked({ heads: [head(aliceLog, 2)] });
  stage.have({ [aliceLog]: 3 });
  expect(stage.refused).toEqual(['device_rolled_back']);
  stage.command(send());
  expect(stage.reply).toMatchObject({ ok: false, code: 'device_rolled_back' });
});

test('[PS10] a deletion takes the body of its target away, ours and theirs', () => {
  const stage = CoreStage.linked({ heads: [head(aliceLog, 2)] });
  stage.command({ kind: 'deleteMessage', person: ben.person, n: 2 });
  stage.seal();
  expect(stage.writes).toContainEqual({ kind: 'dropBody', conversation, log: aliceLog, n: 2 });
  const body = { kind: 'delete', of: { device: ben.device, n: 1 } } as const;
  stage.entries(benEntry(1), { ...benEntry(2), body });
  expect(stage.writes).toContainEqual({ kind: 'dropBody', conversation, log: benLog, n: 1 });
});

test('[PS10] a message is cancelled as long as nobody has said that it arrived', () => {
  const stage = CoreStage.linked({ heads: [head(aliceLog, 3)] });
  stage.have({ [aliceLog]: 2 });
  for (const [n, cancelled] of [
    [2, undefined],
    [3, true],
  ] as const) {
    stage.command({ kind: 'deleteMessage', person: ben.person, n });
    const seal = stage.outputs.find((output) => output.kind === 'seal');
    expect(JSON.parse(seal?.content.body ?? '')).toEqual({
      kind: 'delete',
      of: { device: alice.device, n },
      ...(cancelled === undefined ? {} : { cancelled }),
    });
    stage.seal();
  }
});

test('[PS11] an empty or oversized text and an unknown target are refused with a code', () => {
  const stage = CoreStage.withBen();
  for (const [command, code] of [
    [send(' \n'), 'message_empty'],
    [send('x'.repeat(limits.messageBytes + 1)), 'message_too_large'],
    [send('\u0001'.repeat(limits.messageBytes)), 'message_too_large'],
    [{ kind: 'editMessage', person: ben.person, n: 1, text: 'x' }, 'not_found'],
    [{ kind: 'deleteMessage', person: ben.person, n: 0 }, 'not_found'],
  ] as const) {
    stage.command(command);
    expect(stage.reply).toMatchObject({ ok: false, code });
    expect(kinds(stage)).toEqual(['reply']);
  }
});

test('[PS12] pages of 64, and at most 256 entries unconfirmed', () => {
  const stage = CoreStage.linked({ heads: [head(aliceLog, 1_000)] });
  stage.have({});
  const limitsAsked: number[] = [];
  for (;;) {
    const lookup = stage.outputs.find((output) => output.kind === 'lookup');
    if (lookup === undefined) break;
    const { from, limit } = lookup.query;
    limitsAsked.push(limit);
    const rows = Array.from({ length: limit }, (_, i) => ({
      ...{ conversation, log: aliceLog, n: from + i, hash: '', hlc: { ms: 0, counter: 0 }, ahead: false },
      record: { header: '{}', body: '{}' },
    }));
    stage.step({ kind: 'found', id: lookup.id, answer: rows });
  }
  expect(limitsAsked).toEqual([64, 64, 64, 64]);
  stage.have({ [aliceLog]: 100 });
  expect(stage.outputs.find((output) => output.kind === 'lookup')).toMatchObject({
    query: { from: 257, limit: 64 },
  });
});

test('[PS13] an entry of a stranger, or of another conversation, is refused', () => {
  const stage = CoreStage.linked();
  stage.entries(benEntry(1, { person: 'c'.repeat(32) }));
  expect(stage.refused).toEqual(['forbidden']);
  stage.entries(benEntry(1, { conversation: 'another' }));
  expect(stage.refused).toEqual(['forbidden']);
  expect(stage.writes).toEqual([]);
});

test('[PS14] unread counts the messages of the other, not their edits, until they are marked read', () => {
  const stage = CoreStage.linked();
  const edit = { kind: 'edit', of: { device: ben.device, n: 1 }, text: 'better' } as const;
  stage.entries(benEntry(1), benEntry(2), { ...benEntry(3), body: edit });
  expect(stage.notices).toContainEqual({ kind: 'unread', conversation, count: 2 });
  stage.command({ kind: 'markRead', person: ben.person });
  expect(stage.notices).toContainEqual({ kind: 'unread', conversation, count: 0 });
  expect(stage.frames).toEqual([{ kind: 'read', conversation, vector: { [benLog]: 3 } }]);
});

test('a sign of writing is passed on, and fades by itself', () => {
  const stage = CoreStage.linked();
  stage.command({ kind: 'typing', person: ben.person, active: true });
  expect(stage.frames).toEqual([{ kind: 'typing', conversation, active: true }]);
  stage.step({ kind: 'frame', link: stage.link, frame: { kind: 'typing', conversation, active: true } });
  expect(stage.notices).toEqual([{ kind: 'typing', person: ben.person, active: true }]);
  stage.step({ kind: 'timer', key: `typing ${ben.person}` });
  expect(stage.notices).toEqual([{ kind: 'typing', person: ben.person, active: false }]);
});
