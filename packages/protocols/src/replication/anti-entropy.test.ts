import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import {
  AntiEntropy,
  type AntiEntropyMessage,
  type AntiEntropyOptions,
  type AntiEntropyOutput,
} from './anti-entropy.ts';

const options: AntiEntropyOptions = {
  node: 'a',
  everyMs: 1_000,
  auditEvery: 1,
  maxEntries: 4,
  maxLogs: 4,
  digestOf: (value) => `#${value}`,
  join: (level, parts) => `${level}(${parts.join(',')})`,
};

/** Replicas that meet when a test says so, over a network that it empties by hand. */
class Circle {
  readonly cores = new Map<string, AntiEntropy>();
  readonly disks = new Map<string, Map<string, string[]>>();
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
      this.disks.set(node, new Map());
      this.restart(node);
    }
  }

  core(node: string): AntiEntropy {
    const core = this.cores.get(node);
    if (core === undefined) throw new Error(`no ${node}`);
    return core;
  }

  restart(node: string): void {
    this.#boots += 1;
    const peers = this.#nodes.filter((each) => each !== node);
    const stored = [...(this.disks.get(node) ?? [])].map(([key, values]) => [key, [...values]] as const);
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
        const disk = this.disks.get(node);
        const log = disk?.get(output.key) ?? [];
        expect(output.from).toBe(log.length + 1);
        disk?.set(output.key, [...log, ...output.values]);
        this.transcript.push(
          `${node}    -> persist ${output.key} from ${output.from}: ${output.values.join(' ')}`,
        );
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
      return `look ${message.ranges.map(({ key, level, index }) => `${key}/${level}/${index}`).join(' ')}`;
    case 'seen':
      return `seen ${message.parts.length}`;
  }
}

test('[AE10, AE11] two that meet settle both ways what either lacks', async () => {
  const circle = new Circle(['a', 'b']);
  for (const value of ['one', 'two']) circle.write('a', value);
  circle.write('b', 'three');
  circle.meet('a');
  circle.deliverAll();
  expect(circle.core('a').vector).toEqual({ a: 2, b: 1 });
  expect(circle.core('b').vector).toEqual({ a: 2, b: 1 });
  expect(circle.core('b').log('a')).toEqual(['one', 'two']);
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
    expect(circle.core('b').log('a')).toHaveLength(held);
  }
});

test('[AE12] entries that do not follow, of the own log, or of one log too many are not taken', () => {
  const { core } = { core: new Circle(['a', 'b'], { maxLogs: 2 }).core('a') };
  const entries = (key: string, from: number, ...values: string[]) =>
    core.received('b', { kind: 'entries', key, from, values });
  expect(entries('b', 2, 'y')).toEqual([]);
  expect(entries('b', 1, 'x', 'y')).toHaveLength(1);
  expect(entries('b', 1, 'other', 'other', 'z')).toEqual([
    { kind: 'persist', key: 'b', from: 3, values: ['z'] },
  ]);
  expect(core.log('b')).toEqual(['x', 'y', 'z']);
  expect(entries('a', 1, 'forged')).toEqual([]);
  expect(entries('c', 1, 'x')).toHaveLength(1);
  expect(entries('d', 1, 'x')).toEqual([]);
});

test('[AE14] an audit names the places at which two hold different things, and changes nothing', () => {
  const circle = new Circle(['a', 'b'], { maxEntries: 100 });
  for (let entry = 1; entry <= 60; entry++) circle.write('a', `e${entry}`);
  circle.meet('a');
  circle.deliverAll();
  const damaged = circle.disks.get('b')?.get('a') ?? [];
  damaged[16] = 'flipped';
  circle.restart('b');
  // What only one holds yet is no divergence.
  circle.write('b', 'new');
  circle.meet('a');
  circle.deliverAll();
  expect(circle.diverged).toEqual(['a and b: a 17…17 differs']);
  expect(circle.core('b').log('a')[16]).toBe('flipped');
});

test('[AE15] what an audit is answered that was not asked, or in another shape, is not counted', () => {
  const circle = new Circle(['a', 'b']);
  circle.write('a', 'one');
  const core = circle.core('a');
  expect(core.received('b', { kind: 'seen', audit: 1, parts: [] })).toEqual([]);
  circle.meet('a');
  expect(core.received('b', { kind: 'seen', audit: 1, parts: [] })).toEqual([]);
  const [look] = core.received('b', { kind: 'have', vector: { a: 1 }, isAnswer: true });
  const audit = look?.kind === 'send' && look.message.kind === 'look' ? look.message.audit : 0;
  // A late answer to an earlier question, and one of another shape, which ends it.
  expect(core.received('b', { kind: 'seen', audit: audit + 1, parts: [Array(16).fill('')] })).toEqual([]);
  expect(core.received('b', { kind: 'seen', audit, parts: [['x']] })).toEqual([]);
  expect(core.received('b', { kind: 'seen', audit, parts: [Array(16).fill('')] })).toEqual([]);
  expect(
    core.received('b', { kind: 'look', audit: 1, ranges: [{ key: 'a', level: 0, index: 0 }] }),
  ).toMatchObject([{ message: { parts: [[]] } }]);
  circle.meet('a');
  core.peers(['c']);
  expect(core.received('b', { kind: 'have', vector: { a: 1 }, isAnswer: true })).toEqual([]);
});

test('[AE16] times and bounds out of range throw', () => {
  for (const wrong of [{ everyMs: 0 }, { auditEvery: 0 }, { maxEntries: 0 }, { maxLogs: Infinity }]) {
    expect(() => new AntiEntropy({ ...options, ...wrong }, [], [], seededRandom('x'))).toThrow(RangeError);
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
      const whole = nodes.map((node) => JSON.stringify([...(circle.disks.get(node) ?? [])].sort()));
      expect(new Set(whole).size).toBe(1);
      expect(Object.values(circle.core('a').vector).reduce((sum, count) => sum + count, 0)).toBe(written);
      expect(circle.diverged).toEqual([]);
    }),
    { numRuns: 60, seed: 5 },
  );
});
