import { expect, test } from 'vitest';
import type { PeerNotice, PeerOutput } from './outputs.ts';
import type { PeerWrite } from './records.ts';
import { aliceLog, ben, benEntry, benLog, CoreStage, conversation } from './testing/core-stage.ts';

const head = (log: string, n: number, hash = `${log} ${n}`) => ({ conversation, log, n, hash, messages: n });
const device = `${ben.person}/${ben.device}`;

/** Ben's copy: the same as ours up to where it forks. */
class BenCopy {
  readonly stage: CoreStage;
  readonly forks: Readonly<Record<string, number>>;
  /** Questions that he was asked. */
  asked = 0;

  constructor(stage: CoreStage, forks: Readonly<Record<string, number>> = {}) {
    this.stage = stage;
    this.forks = forks;
  }

  hash(log: string, n: number): string {
    return n >= (this.forks[log] ?? Infinity) ? `another ${log} ${n}` : `${log} ${n}`;
  }

  /** He says what he holds, with hashes. */
  have(vector: Readonly<Record<string, number>>): void {
    const ends = Object.fromEntries(Object.entries(vector).map(([log, n]) => [log, this.hash(log, n)]));
    this.stage.step({
      kind: 'frame',
      link: this.stage.link,
      frame: { kind: 'have', conversation, vector, ends },
    });
    this.settle();
  }

  /** Answers what the core asks of its store and of him, until it asks nothing more. Keeps what was told. */
  settle(): void {
    const open = [...this.stage.outputs];
    for (let output = open.shift(); output !== undefined; output = open.shift()) {
      if (output.kind === 'notify') this.told.push(output.notice);
      if (output.kind === 'persist') this.stored.push(...output.writes);
      if (output.kind === 'lookup' && output.query.limit === 1) {
        open.push(...this.found(output.id, output.query.log, output.query.from));
      }
      if (output.kind !== 'frame' || output.frame.kind !== 'compare') continue;
      this.asked += 1;
      open.push(...this.answer(output.frame.log, output.frame.n));
    }
  }

  readonly told: PeerNotice[] = [];
  readonly stored: PeerWrite[] = [];

  found(id: string, log: string, n: number): readonly PeerOutput[] {
    const row = { conversation, log, n, hash: `${log} ${n}`, hlc: { ms: 0, counter: 0 }, ahead: false };
    return this.stage.step({ kind: 'found', id, answer: [{ ...row, record: { header: '{}', body: null } }] });
  }

  answer(log: string, n: number, hash = this.hash(log, n)): readonly PeerOutput[] {
    return this.stage.step({
      kind: 'frame',
      link: this.stage.link,
      frame: { kind: 'hash', conversation, log, n, hash },
    });
  }

  get last() {
    return this.told.findLast((notice) => notice.kind === 'copies');
  }
}

const copies = (stage: CoreStage) => stage.notices.findLast((notice) => notice.kind === 'copies');
const linked = () => CoreStage.linked({ heads: [head(aliceLog, 100), head(benLog, 3)] });

test('[PS15] each side says the hashes of its ends, and the same ends are the same copies without a question', () => {
  const stage = linked();
  expect(stage.frames).toEqual([
    {
      kind: 'have',
      conversation,
      vector: { [aliceLog]: 100, [benLog]: 3 },
      ends: { [aliceLog]: `${aliceLog} 100`, [benLog]: `${benLog} 3` },
    },
  ]);
  const copy = new BenCopy(stage);
  copy.have({ [aliceLog]: 100, [benLog]: 3 });
  expect(copy.asked).toBe(0);
  expect(copy.last).toEqual({
    kind: 'copies',
    conversation,
    device,
    state: 'same',
    entries: 103,
    differences: [],
  });
});

test('[PS15] logs are compared as far as both go, whoever goes further', () => {
  const copy = new BenCopy(linked());
  copy.have({ [aliceLog]: 90, [benLog]: 7 });
  expect(copy.asked).toBe(1);
  expect(copy.last).toMatchObject({ state: 'same', entries: 93 });
});

test('[PS16] the first number that differs is found by halving, and nothing is changed by it', () => {
  for (const forkAt of [1, 2, 37, 99, 100]) {
    const copy = new BenCopy(linked(), { [aliceLog]: forkAt });
    copy.have({ [aliceLog]: 100, [benLog]: 3 });
    const difference = { log: aliceLog, from: forkAt, isExact: true, isSigned: false };
    expect(copy.last).toMatchObject({ state: 'differs', entries: 3, differences: [difference] });
    expect(copy.asked).toBeLessThanOrEqual(7);
    expect(copy.stage.writes.filter(({ kind }) => kind !== 'putReceipt')).toEqual([]);
    copy.stage.command({ kind: 'send', person: ben.person, messageId: 'id', text: 'still here' });
    expect(copy.stage.outputs.map(({ kind }) => kind)).toEqual(['seal']);
  }
});

test('[PS16] a damaged end above good entries is told from the end on', () => {
  const stage = CoreStage.linked({ heads: [head(benLog, 8, 'damaged')] });
  const copy = new BenCopy(stage);
  copy.have({ [benLog]: 8 });
  expect(copy.last).toMatchObject({
    state: 'differs',
    differences: [{ log: benLog, from: 8, isExact: true }],
  });
});

test('[PS21] what they hold in place of ours is not delivered, however far they go', () => {
  const stage = CoreStage.linked({
    heads: [head(aliceLog, 100)],
    receipts: [{ conversation, device, delivered: 70, read: 60 }],
  });
  const copy = new BenCopy(stage, { [aliceLog]: 37 });
  copy.have({ [aliceLog]: 100 });
  const progress = copy.told.filter((notice) => notice.kind === 'progress');
  expect(Math.max(...progress.map(({ delivered }) => delivered))).toBeLessThan(100);
  expect(progress.at(-1)).toMatchObject({ delivered: 36, read: 36 });
});

test('[PS21] what they say waits until it is known how far their copy is ours, and is read no further', () => {
  const stage = CoreStage.linked({ heads: [head(aliceLog, 100)] });
  const copy = new BenCopy(stage, { [aliceLog]: 37 });
  const vector = { [aliceLog]: 90 };
  const ends = { [aliceLog]: copy.hash(aliceLog, 90) };
  stage.step({ kind: 'frame', link: stage.link, frame: { kind: 'have', conversation, vector, ends } });
  const asking = stage.outputs;
  const told = [...stage.notices];
  stage.step({ kind: 'frame', link: stage.link, frame: { kind: 'read', conversation, vector } });
  expect(stage.outputs).toEqual([]);
  stage.outputs = asking;
  copy.settle();
  const progress = [...told, ...copy.told].filter((notice) => notice.kind === 'progress');
  expect(Math.max(...progress.map(({ delivered, read }) => Math.max(delivered, read)))).toBe(36);
  expect(progress.at(-1)).toMatchObject({ delivered: 36, read: 36 });
  expect(copy.stored).toEqual([
    { kind: 'putReceipt', receipt: { conversation, device, delivered: 36, read: 36 } },
  ]);
});

test('[PS17] two signed histories are told, from the number at which they part', () => {
  const stage = CoreStage.linked({ heads: [head(benLog, 8)] });
  const copy = new BenCopy(stage, { [benLog]: 5 });
  copy.have({});
  expect(copy.last).toMatchObject({ state: 'same' });
  stage.entries(benEntry(9, { prev: `another ${benLog} 8` }));
  expect(stage.refused).toEqual(['bad_signature']);
  copy.settle();
  const difference = { log: benLog, from: 5, isExact: true, isSigned: true };
  expect(copy.last).toMatchObject({ state: 'differs', differences: [difference] });
});

test('[PS17] a fork that is known by its hashes is told again once it is known to be signed', () => {
  const stage = CoreStage.linked({ heads: [head(benLog, 8)] });
  const copy = new BenCopy(stage, { [benLog]: 5 });
  copy.have({ [benLog]: 9 });
  expect(copy.last).toMatchObject({ differences: [{ from: 5, isSigned: false }] });
  stage.entries(benEntry(9, { prev: `another ${benLog} 8` }));
  expect(stage.frames.filter(({ kind }) => kind === 'compare')).toEqual([]);
  expect(copies(stage)).toMatchObject({ state: 'differs', differences: [{ from: 5, isSigned: true }] });
});

test('[PS17] a fork that shows while logs are compared waits for its turn, and is told once', () => {
  const stage = linked();
  const copy = new BenCopy(stage, { [benLog]: 2 });
  copy.have({ [aliceLog]: 100 });
  stage.command({ kind: 'compareCopies', person: ben.person });
  const asking = stage.outputs;
  stage.entries(benEntry(4, { prev: `another ${benLog} 3` }));
  expect(stage.frames.filter(({ kind }) => kind === 'compare')).toEqual([]);
  stage.outputs = asking;
  copy.settle();
  expect(copy.last).toMatchObject({
    state: 'differs',
    entries: 100,
    differences: [{ log: benLog, from: 2, isExact: true, isSigned: true }],
  });
});

test('[PS18] an earlier version says no hashes, is asked for none, and what it signed twice is told all the same', () => {
  const stage = CoreStage.linked({ heads: [head(benLog, 8)] });
  stage.have({ [benLog]: 8 });
  expect(copies(stage)).toMatchObject({ state: 'silent', differences: [] });
  stage.command({ kind: 'compareCopies', person: ben.person });
  expect(stage.frames).toEqual([]);
  expect(copies(stage)).toMatchObject({ state: 'silent' });
  stage.entries(benEntry(9, { prev: 'another' }));
  const difference = { log: benLog, from: 8, isExact: false, isSigned: true };
  expect(copies(stage)).toMatchObject({ state: 'differs', differences: [difference] });
  expect(stage.frames.filter(({ kind }) => kind === 'compare')).toEqual([]);
});

test('[PS19] of two answers to one question the first counts', () => {
  const stage = CoreStage.linked({ heads: [head(benLog, 3)] });
  const copy = new BenCopy(stage);
  copy.have({ [benLog]: 2 });
  stage.command({ kind: 'compareCopies', person: ben.person });
  const lookup = stage.outputs.find((output) => output.kind === 'lookup');
  copy.answer(benLog, 2);
  copy.answer(benLog, 2, 'another');
  copy.found(lookup?.id ?? '', benLog, 2);
  expect(copies(stage)).toMatchObject({ state: 'same', entries: 2 });
});

test('[PS19] asked for, every log is compared anew as far as they have confirmed', () => {
  const copy = new BenCopy(linked());
  copy.have({ [aliceLog]: 100, [benLog]: 3 });
  copy.stage.command({ kind: 'compareCopies', person: ben.person });
  expect(copy.stage.reply).toEqual({ ok: true });
  expect(copies(copy.stage)).toMatchObject({ state: 'comparing' });
  copy.settle();
  expect(copy.asked).toBe(2);
  expect(copy.last).toMatchObject({ state: 'same', entries: 103 });
  copy.stage.rtc({ kind: 'channel', state: 'closed' });
  copy.stage.command({ kind: 'compareCopies', person: ben.person });
  expect(copy.stage.reply).toMatchObject({ ok: false, code: 'peer_unreachable' });
});

test('[PS19] a link that ends on the way is told as such, with what was found until then', () => {
  const stage = linked();
  const copy = new BenCopy(stage, { [aliceLog]: 50 });
  copy.have({ [aliceLog]: 100, [benLog]: 3 });
  stage.command({ kind: 'compareCopies', person: ben.person });
  copy.answer(aliceLog, 100);
  stage.rtc({ kind: 'channel', state: 'closed' });
  const difference = { log: aliceLog, from: 100, isExact: false };
  expect(copies(stage)).toMatchObject({ state: 'differs', differences: [difference] });
  const other = linked();
  new BenCopy(other).have({ [aliceLog]: 100, [benLog]: 3 });
  other.command({ kind: 'compareCopies', person: ben.person });
  other.rtc({ kind: 'channel', state: 'closed' });
  expect(copies(other)).toMatchObject({ state: 'interrupted', differences: [] });
});

test('[PS20] what they ask is answered from the store, one question at a time, then the last that came meanwhile; answers to no question change nothing', () => {
  const stage = linked();
  const ask = (log: string, n: number) =>
    stage.step({ kind: 'frame', link: stage.link, frame: { kind: 'compare', conversation, log, n } });
  ask(benLog, 2);
  const lookup = stage.outputs.find((output) => output.kind === 'lookup');
  expect(lookup?.query).toEqual({ kind: 'entries', conversation, log: benLog, from: 2, limit: 1 });
  ask(benLog, 3);
  expect(stage.outputs).toEqual([]);
  ask(benLog, 1);
  expect(stage.outputs).toEqual([]);
  new BenCopy(stage).found(lookup?.id ?? '', benLog, 2);
  expect(stage.frames).toEqual([{ kind: 'hash', conversation, log: benLog, n: 2, hash: `${benLog} 2` }]);
  // They began anew meanwhile, and wait for the last that they asked.
  const last = stage.outputs.find((output) => output.kind === 'lookup');
  expect(last?.query).toMatchObject({ log: benLog, from: 1 });
  new BenCopy(stage).found(last?.id ?? '', benLog, 1);
  expect(stage.frames).toMatchObject([{ kind: 'hash', n: 1 }]);
  expect(stage.outputs.some((output) => output.kind === 'lookup')).toBe(false);
  ask(`${ben.person}/${'c'.repeat(16)}`, 1);
  const missing = stage.outputs.find((output) => output.kind === 'lookup');
  stage.step({ kind: 'found', id: missing?.id ?? '', answer: [] });
  expect(stage.frames).toMatchObject([{ kind: 'hash', hash: '' }]);
  new BenCopy(stage).answer(benLog, 3, 'whatever');
  expect(stage.outputs).toEqual([]);
  const copy = new BenCopy(stage);
  copy.have({ [benLog]: 2 });
  expect(copy.last).toMatchObject({ state: 'same' });
  // What is said twice, and what is said again later, changes nothing.
  const late = new BenCopy(stage, { [benLog]: 1 });
  late.have({ [benLog]: 2 });
  expect(late.last).toBeUndefined();
});

test('[PS22] the first entry of theirs that differs is shown to them, and none of ours', () => {
  const shown = (forks: Readonly<Record<string, number>>) => {
    const stage = linked();
    const copy = new BenCopy(stage, forks);
    const frames: unknown[] = [];
    const { step } = stage;
    stage.step = (input) => {
      const outputs = step.call(stage, input);
      frames.push(...stage.frames.filter(({ kind }) => kind === 'entries'));
      return outputs;
    };
    copy.have({ [aliceLog]: 100, [benLog]: 3 });
    return frames;
  };
  expect(shown({ [benLog]: 2 })).toEqual([
    { kind: 'entries', conversation, entries: [{ header: '{}', body: null }] },
  ]);
  expect(shown({ [aliceLog]: 37 })).toEqual([]);
});
