import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkCausal } from '../consistency/causal.ts';
import type { Operation, RegisterInput, RegisterOutput } from '../consistency/operation.ts';
import { seededRandom } from '../random.ts';
import { vectorGet } from '../replication/version-vector.ts';
import { CausalBuffer, type CausalMessage } from './causal-buffer.ts';

const group = (...members: readonly string[]): CausalBuffer<string>[] =>
  members.map((member) => new CausalBuffer<string>({ member, maxWaiting: 10 }));
const contents = (arrival: ReturnType<CausalBuffer<string>['receive']>): readonly string[] | string =>
  arrival.kind === 'delivered' ? arrival.messages.map(({ content }) => content) : arrival.kind;

test('[CD1, CD2] what arrives before its causes waits for them, and follows them at once', () => {
  const [ann, ben, cleo] = group('ann', 'ben', 'cleo') as [
    CausalBuffer<string>,
    CausalBuffer<string>,
    CausalBuffer<string>,
  ];
  const question = ann.send('Who has the key?');
  expect(question.time).toEqual({ ann: 1 });
  ben.receive(question);
  const answer = ben.send('I have.');
  expect(answer.time).toEqual({ ann: 1, ben: 1 });
  expect(contents(cleo.receive(answer))).toBe('waits');
  expect(cleo.waiting).toBe(1);
  expect(contents(cleo.receive(question))).toEqual(['Who has the key?', 'I have.']);
  expect(cleo.delivered).toEqual({ ann: 1, ben: 1 });
});

test('[CD2] a chain that arrives backwards is delivered forwards', () => {
  const [ann, ben] = group('ann', 'ben') as [CausalBuffer<string>, CausalBuffer<string>];
  const all = ['1', '2', '3', '4'].map((each) => ann.send(each));
  for (const message of all.slice(1).reverse()) expect(contents(ben.receive(message))).toBe('waits');
  expect(contents(ben.receive(all[0] as CausalMessage<string>))).toEqual(['1', '2', '3', '4']);
});

test('[CD3] what was delivered, or waits, is known', () => {
  const [ann, ben] = group('ann', 'ben') as [CausalBuffer<string>, CausalBuffer<string>];
  const [first, second] = [ann.send('1'), ann.send('2')];
  ben.receive(second);
  expect(contents(ben.receive(second))).toBe('known');
  ben.receive(first);
  expect(contents(ben.receive(first))).toBe('known');
  expect(contents(ann.receive(first))).toBe('known');
});

test('[CD4] what cannot be true is refused and changes nothing', () => {
  const ben = new CausalBuffer<string>({ member: 'ben', maxWaiting: 10, maxMembers: 2 });
  const say = (from: string, time: Readonly<Record<string, number>>) =>
    ben.receive({ from, time, content: '' });
  expect(say('ann', { ben: 0 })).toEqual({ kind: 'refused', reason: 'notCounted' });
  expect(say('ann', { ann: 1, ben: 1 })).toEqual({ kind: 'refused', reason: 'ownFuture' });
  expect(say('ann', { ann: 1, x: 0, y: 0 })).toEqual({ kind: 'refused', reason: 'tooManyMembers' });
  for (const count of [0.5, -1, Number.NaN])
    expect(say('ann', { ann: 1, x: count })).toMatchObject({ kind: 'refused' });
  expect(ben.delivered).toEqual({});
  expect(ben.waiting).toBe(0);
});

test('[CD4] members that each name few never make more than fit, delivered and waiting ones together', () => {
  const ben = new CausalBuffer<string>({ member: 'ben', maxWaiting: 10, maxMembers: 3 });
  const say = (from: string, time: Readonly<Record<string, number>>) =>
    ben.receive({ from, time, content: '' });
  expect(contents(say('ann', { ann: 2 }))).toBe('waits');
  expect(contents(say('x', { x: 1 }))).toEqual(['']);
  expect(say('y', { y: 1 })).toEqual({ kind: 'refused', reason: 'tooManyMembers' });
  expect(contents(say('ann', { ann: 1 }))).toEqual(['', '']);
  expect(say('y', { y: 1 })).toEqual({ kind: 'refused', reason: 'tooManyMembers' });
  // So what ben sends now names no more than others take.
  expect(Object.keys(ben.send('').time)).toHaveLength(3);
});

test('[CD5] more than may wait are refused, and taken when they come again', () => {
  const ann = group('ann')[0] as CausalBuffer<string>;
  const ben = new CausalBuffer<string>({ member: 'ben', maxWaiting: 1 });
  const [one, two, three] = ['1', '2', '3'].map((each) => ann.send(each)) as CausalMessage<string>[];
  if (one === undefined || two === undefined || three === undefined) throw new Error('three were sent');
  expect(contents(ben.receive(two))).toBe('waits');
  expect(ben.receive(three)).toEqual({ kind: 'refused', reason: 'full' });
  expect(contents(ben.receive(one))).toEqual(['1', '2']);
  expect(contents(ben.receive(three))).toEqual(['3']);
});

test('[CD6] what is missing is named, however large somebody’s numbers are', () => {
  const ben = new CausalBuffer<string>({ member: 'ben', maxWaiting: 10 });
  const wait = (time: Readonly<Record<string, number>>): void =>
    void ben.receive({ from: 'ann', time, content: '' });
  wait({ ann: 3, cleo: 2 });
  wait({ ann: 7 });
  wait({ ann: 8 });
  expect(ben.missing()).toEqual([
    { key: 'ann', from: 1, to: 2 },
    { key: 'ann', from: 4, to: 6 },
    { key: 'cleo', from: 1, to: 2 },
  ]);
  wait({ ann: Number.MAX_SAFE_INTEGER - 1 });
  expect(ben.missing()).toContainEqual({ key: 'ann', from: 9, to: Number.MAX_SAFE_INTEGER - 2 });
  expect(group('ann')[0]?.missing()).toEqual([]);
});

test('[CD7] a buffer that is made with what was delivered before goes on there', () => {
  const [ann] = group('ann') as [CausalBuffer<string>];
  const first = ann.send('1');
  const again = new CausalBuffer<string>({ member: 'ann', maxWaiting: 1, delivered: ann.delivered });
  expect(again.send('2').time).toEqual({ ann: 2 });
  expect(contents(again.receive(first))).toBe('known');
});

test('[CD8] options out of their range throw', () => {
  const options = { member: 'ann', maxWaiting: 1 };
  for (const wrong of [
    { maxWaiting: -1 },
    { maxWaiting: 0.5 },
    { maxMembers: 0 },
    { delivered: { ann: -1 } },
    { delivered: { ann: 0.5 } },
    { delivered: { ben: 1 }, maxMembers: 1 },
  ]) {
    expect(() => new CausalBuffer({ ...options, ...wrong })).toThrow(RangeError);
  }
});

test('[CD1, CD9] whatever overtakes what, everybody gets everything once, and nothing before its causes', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 2, max: 5 }), (seed, size) => {
      const random = seededRandom(`group ${seed}`);
      const members = Array.from({ length: size }, (_each, at) => `m${at}`);
      const buffers = new Map(
        members.map((member) => [member, new CausalBuffer<string>({ member, maxWaiting: 100 })]),
      );
      const onTheWay: { to: string; message: CausalMessage<string> }[] = [];
      const history: Operation<RegisterInput, RegisterOutput>[] = [];
      const note = (client: string, input: RegisterInput, output: RegisterOutput): void => {
        history.push({ client, input, output, calledMs: history.length, answeredMs: history.length });
      };
      let sent = 0;
      while (sent < 20 || onTheWay.length > 0) {
        const member = members[random.below(size)] ?? '';
        const buffer = buffers.get(member);
        if (buffer === undefined) throw new Error('every member has a buffer');
        if (sent < 20 && random.next() < 0.4) {
          sent += 1;
          const message = buffer.send(String(sent));
          note(member, { kind: 'write', key: member, value: String(sent) }, 'done');
          for (const to of members) if (to !== member) onTheWay.push({ to, message });
          continue;
        }
        const [next] = onTheWay.splice(random.below(Math.max(1, onTheWay.length)), 1);
        if (next === undefined) continue;
        // One in ten is doubled.
        if (random.next() < 0.1) onTheWay.push(next);
        const arrival = buffers.get(next.to)?.receive(next.message);
        if (arrival?.kind !== 'delivered') continue;
        for (const { from, content } of arrival.messages) note(next.to, { kind: 'read', key: from }, content);
      }
      expect(checkCausal(history).kind).toBe('holds');
      const [first, ...others] = [...buffers.values()];
      for (const other of others) expect(other.delivered).toEqual(first?.delivered);
      const total = members.reduce((sum, each) => sum + vectorGet(first?.delivered ?? {}, each), 0);
      expect(total).toBe(20);
      expect([...buffers.values()].map(({ waiting }) => waiting)).toEqual(members.map(() => 0));
    }),
    { numRuns: 200, seed: 3 },
  );
});

test('[CD1, CD2, CD5] three talk over ways of different length', async () => {
  const random = seededRandom('talk');
  const members = ['ann', 'ben', 'cleo'];
  const buffers = new Map(
    members.map((member) => [member, new CausalBuffer<string>({ member, maxWaiting: 3 })]),
  );
  const lines: string[] = [];
  const under: { atMs: number; to: string; message: CausalMessage<string> }[] = [];
  const text = (time: Readonly<Record<string, number>>): string =>
    members.map((member) => vectorGet(time, member)).join(' ');
  for (let ms = 0; ms < 400; ms += 10) {
    const member = members[(ms / 10) % 3] ?? '';
    if (ms < 100 && ms % 20 === 0) {
      const message = buffers.get(member)?.send(`${member} at ${ms}`);
      if (message === undefined) throw new Error('every member has a buffer');
      lines.push(`${String(ms).padStart(3)}  ${member} sends (${text(message.time)})`);
      for (const to of members)
        if (to !== member) under.push({ atMs: ms + 5 + random.below(150), to, message });
    }
    const due = under.filter(({ atMs }) => atMs >= ms && atMs < ms + 10).sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, to, message } of due) {
      const arrival = buffers.get(to)?.receive(message);
      const what =
        arrival?.kind === 'delivered'
          ? `delivers ${arrival.messages.map(({ content }) => content).join(', ')}`
          : `has “${message.content}” wait`;
      lines.push(`${String(atMs).padStart(3)}  ${to} ${what}`);
    }
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/causal-buffer.txt');
});
