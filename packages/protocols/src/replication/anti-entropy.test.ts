import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import {
  AntiEntropy,
  type AntiEntropyMessage,
  type AntiEntropyOptions,
  type AntiEntropyOutput,
  type AntiEntropyQuery,
} from './anti-entropy.ts';
import type { MerkleRange } from './merkle-tree.ts';
import { LogShelf } from './testing/log-shelf.ts';

const options: AntiEntropyOptions = {
  node: 'a',
  everyMs: 1_000,
  auditEvery: 1,
  maxEntries: 4,
  maxLogs: 4,
};

/** Replicas that meet when a test says so, over a network that it empties by hand. */
class Circle {
  readonly cores = new Map<string, AntiEntropy>();
  readonly disks = new Map<string, LogShelf>();
  readonly network: { readonly from: string; readonly to: string; readonly message: AntiEntropyMessage }[] =
    [];
  readonly diverged: string[] = [];
  readonly transcript: string[] = [];
  #boots = 0;
  readonly #nodes: readonly string[];
  readonly #options: Partial<AntiEntropyOptions>;

  constructor(nodes: readonly string[], changed: Partial<AntiEntropyOptions> = {}) {
    this.#nodes = nodes;
    this.#options = changed;
    for (const node of nodes) {
      this.disks.set(node, new LogShelf());
      this.restart(node);
    }
  }

  core(node: string): AntiEntropy {
    const core = this.cores.get(node);
    if (core === undefined) throw new Error(`no ${node}`);
    return core;
  }

  disk(node: string): LogShelf {
    const disk = this.disks.get(node);
    if (disk === undefined) throw new Error(`no ${node}`);
    return disk;
  }

  restart(node: string): void {
    this.#boots += 1;
    const peers = this.#nodes.filter((each) => each !== node);
    const stored = this.disk(node).vector;
    this.cores.set(
      node,
      new AntiEntropy(
        { ...options, ...this.#options, node },
        peers,
        stored,
        seededRandom(`${node} ${this.#boots}`),
      ),
    );
  }

  write(node: string, value: string): void {
    this.transcript.push(`${node} <- write ${value}`);
    this.act(node, this.core(node).write(value));
  }

  meet(node: string): void {
    this.transcript.push(`${node} <- timer meet`);
    this.act(node, this.core(node).timerFired('meet'));
  }

  deliver(at = 0, isLost = false): void {
    const [packet] = this.network.splice(at, 1);
    if (packet === undefined || isLost) return;
    this.transcript.push(`${packet.to} <- ${describeMessage(packet.message)} from ${packet.from}`);
    this.act(packet.to, this.core(packet.to).received(packet.from, packet.message));
  }

  deliverAll(): void {
    while (this.network.length > 0) this.deliver();
  }

  act(node: string, outputs: readonly AntiEntropyOutput[]): void {
    for (const output of outputs) {
      if (output.kind === 'persist') {
        this.disk(node).persist(output);
        this.transcript.push(
          `${node}    -> persist ${output.key} from ${output.from}: ${output.values.join(' ')}`,
        );
      } else if (output.kind === 'lookup') {
        this.transcript.push(`${node}    -> lookup ${describeQuery(output.query)}`);
        this.act(node, this.core(node).found(output.id, this.disk(node).answer(output.query)));
      } else if (output.kind === 'send') {
        this.network.push({ from: node, to: output.to, message: output.message });
        this.transcript.push(`${node}    -> send ${describeMessage(output.message)} to ${output.to}`);
      } else if (output.kind === 'diverged') {
        const places = output.differences.map(({ key, from, to, kind }) => `${key} ${from}…${to} ${kind}`);
        this.diverged.push(`${node} and ${output.peer}: ${places.join(', ')}`);
        this.transcript.push(`${node}    -> diverged from ${output.peer}: ${places.join(', ')}`);
      }
    }
  }
}

function describeMessage(message: AntiEntropyMessage): string {
  switch (message.kind) {
    case 'have':
      return `have ${JSON.stringify(message.vector)}${message.isAnswer ? ' (answer)' : ''}`;
    case 'entries':
      return `entries ${message.key} from ${message.from}: ${message.values.join(' ')}`;
    case 'look':
      return `look ${rangeNames(message.ranges)}`;
    case 'seen':
      return `seen ${message.parts.length}`;
  }
}

function describeQuery(query: AntiEntropyQuery): string {
  if (query.kind === 'parts') return `parts ${rangeNames(query.ranges)}`;
  return `entries ${query.key} from ${query.from}, at most ${query.limit}`;
}

function rangeNames(ranges: readonly MerkleRange[]): string {
  return ranges.map(({ key, level, index }) => `${key}/${level}/${index}`).join(' ');
}

test('[AE10, AE11] two that meet settle both ways what either lacks', async () => {
  const circle = new Circle(['a', 'b']);
  for (const value of ['one', 'two']) circle.write('a', value);
  circle.write('b', 'three');
  circle.meet('a');
  circle.deliverAll();
  expect(circle.core('a').vector).toEqual({ a: 2, b: 1 });
  expect(circle.core('b').vector).toEqual({ a: 2, b: 1 });
  expect(circle.disk('b').log('a')).toEqual(['one', 'two']);
  circle.meet('b');
  circle.deliverAll();
  expect(circle.diverged).toEqual([]);
  await expect(`${circle.transcript.join('\n')}\n`).toMatchFileSnapshot('../testdata/anti-entropy.txt');
});

test('[AE10] whom it meets is chosen at random, and when, within half an interval', () => {
  const circle = new Circle(['a', 'b', 'c', 'd']);
  const waits = Array.from({ length: 100 }, () => circle.core('a').timerFired('meet')[0]);
  const afterMs = waits.map((output) => (output?.kind === 'setTimer' ? output.afterMs : 0));
  expect(Math.min(...afterMs)).toBeGreaterThanOrEqual(500);
  expect(Math.max(...afterMs)).toBeLessThan(1_500);
  for (let meeting = 0; meeting < 60; meeting++) circle.meet('a');
  expect(new Set(circle.network.map(({ to }) => to))).toEqual(new Set(['b', 'c', 'd']));
  expect(circle.core('a').timerFired('other')).toEqual([]);
  expect(circle.core('a').start()).toMatchObject([{ kind: 'setTimer', key: 'meet' }]);
  circle.core('a').peers([]);
  expect(circle.core('a').timerFired('meet')).toHaveLength(1);
});

test('[AE11] what is more than one message comes with the next meetings', () => {
  const circle = new Circle(['a', 'b']);
  for (let entry = 1; entry <= 10; entry++) circle.write('a', `e${entry}`);
  for (const held of [4, 8, 10]) {
    circle.meet('b');
    circle.deliverAll();
    expect(circle.disk('b').log('a')).toHaveLength(held);
  }
});

test('[AE11] a meeting gives so much of all logs together', () => {
  const circle = new Circle(['a', 'b', 'c']);
  for (const node of ['a', 'b', 'a', 'b', 'a', 'b']) circle.write(node, `by ${node}`);
  circle.act(
    'a',
    circle.core('a').received('b', { kind: 'entries', key: 'b', from: 1, values: ['1', '2', '3'] }),
  );
  circle.act('a', circle.core('a').received('c', { kind: 'have', vector: {}, isAnswer: true }));
  circle.deliverAll();
  expect(circle.core('c').vector).toEqual({ a: 3, b: 1 });
});

test('[AE12] entries that do not follow, of the own log, or of one log too many are not taken', () => {
  const core = new Circle(['a', 'b'], { maxLogs: 2 }).core('a');
  const entries = (key: string, from: number, ...values: string[]) =>
    core.received('b', { kind: 'entries', key, from, values });
  expect(entries('b', 2, 'y')).toEqual([]);
  expect(entries('b', 1, 'x', 'y')).toHaveLength(1);
  expect(entries('b', 1, 'other', 'other', 'z')).toEqual([
    { kind: 'persist', key: 'b', from: 3, values: ['z'] },
  ]);
  expect(core.vector).toEqual({ b: 3 });
  expect(entries('a', 1, 'forged')).toEqual([]);
  expect(entries('c', 1, 'x')).toHaveLength(1);
  expect(entries('d', 1, 'x')).toEqual([]);
});

test('[AE14] an audit names the places at which two hold different things, and changes nothing', () => {
  const circle = new Circle(['a', 'b'], { maxEntries: 100 });
  for (let entry = 1; entry <= 60; entry++) circle.write('a', `e${entry}`);
  circle.meet('a');
  circle.deliverAll();
  circle.disk('b').damage('a', 17, 'flipped');
  circle.restart('b');
  // What only one holds yet is no divergence.
  circle.write('b', 'new');
  circle.meet('a');
  circle.deliverAll();
  expect(circle.diverged).toEqual(['a and b: a 17…17 differs']);
  expect(circle.disk('b').log('a')[16]).toBe('flipped');
});

test('[AE15] what an audit is answered that was not asked, or in another shape, is not counted', () => {
  const circle = new Circle(['a', 'b']);
  circle.write('a', 'one');
  const core = circle.core('a');
  const seen = (audit: number, parts: readonly string[][]) =>
    core.received('b', { kind: 'seen', audit, parts });
  expect(seen(1, [])).toEqual([]);
  circle.meet('a');
  expect(seen(1, [])).toEqual([]);
  const [look] = core.received('b', { kind: 'have', vector: { a: 1 }, isAnswer: true });
  const audit = look?.kind === 'send' && look.message.kind === 'look' ? look.message.audit : 0;
  // A late answer to an earlier question, one of another shape, which ends it, and one that comes too late.
  expect(seen(audit + 1, [Array(16).fill('')])).toEqual([]);
  const [ask] = seen(audit, [['x']]);
  const id = ask?.kind === 'lookup' ? ask.id : '';
  expect(seen(audit, [Array(16).fill('')])).toEqual([]);
  expect(core.found('another', { kind: 'parts', parts: [] })).toEqual([]);
  expect(core.found(id, { kind: 'parts', parts: [Array(16).fill('')] })).toEqual([]);
  expect(core.found(id, { kind: 'parts', parts: [Array(16).fill('')] })).toEqual([]);
  circle.meet('a');
  core.peers(['c']);
  expect(core.received('b', { kind: 'have', vector: { a: 1 }, isAnswer: true })).toEqual([]);
});

test('[AE15] a question of another shape, and one of somebody who is no peer, is not answered', () => {
  const core = new Circle(['a', 'b']).core('a');
  const look = (level: number, count = 1, from = 'b') => {
    const ranges = Array.from({ length: count }, (_, index) => ({ key: 'a', level, index }));
    return core.received(from, { kind: 'look', audit: 1, ranges });
  };
  expect(look(1, 64)).toHaveLength(1);
  expect([...look(0), ...look(1, 65), ...look(1, 1, 'stranger')]).toEqual([]);
  const [ask] = look(1);
  core.peers(['c']);
  expect(core.found(ask?.kind === 'lookup' ? ask.id : '', { kind: 'parts', parts: [[]] })).toEqual([]);
});

test('[AE11] what the store has lost is not given, and an answer for somebody who left changes nothing', () => {
  const core = new AntiEntropy(options, ['b'], { a: 9 }, seededRandom('x'));
  const have = () => core.received('b', { kind: 'have', vector: {}, isAnswer: true });
  const idOf = (outputs: readonly AntiEntropyOutput[]) =>
    outputs[0]?.kind === 'lookup' ? outputs[0].id : '';
  expect(core.found(idOf(have()), { kind: 'entries', values: [] })).toEqual([]);
  const id = idOf(have());
  core.peers([]);
  expect(core.found(id, { kind: 'entries', values: ['one'] })).toEqual([]);
});

test('[AE16] times and bounds out of range throw', () => {
  for (const wrong of [{ everyMs: 0 }, { auditEvery: 0 }, { maxEntries: 0 }, { maxLogs: Infinity }]) {
    expect(() => new AntiEntropy({ ...options, ...wrong }, [], {}, seededRandom('x'))).toThrow(RangeError);
  }
});

test('[AE13] whatever is lost, repeated or crashes, all hold the same once they meet undisturbed', () => {
  const nodes = ['a', 'b', 'c'];
  const event = fc.record({
    kind: fc.constantFrom('write', 'meet', 'meet', 'deliver', 'deliver', 'deliver', 'lose', 'restart'),
    at: fc.nat(50),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 120, size: 'max' }), (events) => {
      const circle = new Circle(nodes);
      let written = 0;
      for (const { kind, at } of events) {
        const node = nodes[at % 3] ?? 'a';
        if (kind === 'write') circle.write(node, `w${written++}`);
        else if (kind === 'meet') circle.meet(node);
        else if (kind === 'restart') circle.restart(node);
        else circle.deliver(at % Math.max(1, circle.network.length), kind === 'lose');
      }
      for (let round = 0; round < 25; round++) {
        for (const node of nodes) circle.meet(node);
        circle.deliverAll();
      }
      const whole = nodes.map((node) => JSON.stringify(circle.disk(node).content));
      expect(new Set(whole).size).toBe(1);
      expect(Object.values(circle.core('a').vector).reduce((sum, count) => sum + count, 0)).toBe(written);
      expect(circle.diverged).toEqual([]);
    }),
    { numRuns: 60, seed: 5 },
  );
});
