import type { Kinded } from '@bothy/protocols';
import { expect, test } from 'vitest';
import { Trace } from './trace.ts';

function hashOf(...lines: readonly string[]): string {
  const trace = new Trace(10);
  for (const line of lines) trace.add(0, line);
  return trace.hash;
}

test('[SIM2] the hash covers lines, their order and where they end', () => {
  const hashes = [
    hashOf('ab', 'c'),
    hashOf('a', 'bc'),
    hashOf('c', 'ab'),
    hashOf('ab', 'c', ''),
    hashOf('abc'),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(hashOf('ab', 'c')).toBe(hashes[0]);
});

test('[SIM2] the hash covers times, processes, inputs and outputs of steps, which share one line of text', () => {
  const send = (to: string): Kinded & { readonly to: string } => ({ kind: 'send', to });
  const stepped = (atMs: number, process: string, input: Kinded, outputs: readonly Kinded[]) => {
    const trace = new Trace(10);
    trace.addStep(atMs, process, input, outputs);
    return trace;
  };
  const first = stepped(1, 'a', send('x'), [send('y')]);
  const others = [
    stepped(1.000_01, 'a', send('x'), [send('y')]),
    stepped(1, 'a', send('z'), [send('y')]),
    stepped(1, 'a', send('x'), [send('z')]),
  ];
  for (const { hash } of others) expect(hash).not.toBe(first.hash);
  for (const other of others) expect(other.text()).toBe(first.text());
  expect(stepped(1, 'b', send('x'), [send('y')]).hash).not.toBe(first.hash);
  expect(stepped(1, 'a', send('x'), [send('y')]).hash).toBe(first.hash);
});

test('a line of a step names the kinds, and the kind within each', () => {
  const trace = new Trace(10);
  const rtc = { kind: 'rtc', link: 'l', operation: { kind: 'open' } };
  trace.addStep(12.3456, 'alice', { kind: 'timer' }, [{ kind: 'persist' }, rtc]);
  trace.addStep(13, 'alice', { kind: 'timer' }, []);
  expect(trace.text()).toBe('12.346 alice timer -> persist rtc/open\n13.000 alice timer ->');
});

test('[SIM2] lines that are no longer kept still count', () => {
  const traces = ['one', 'other'].map((first) => {
    const trace = new Trace(2);
    trace.add(0, first);
    for (let i = 0; i < 10; i++) trace.add(i, `line ${i}`);
    return trace;
  });
  expect(traces[0]?.text()).toBe(traces[1]?.text());
  expect(traces[0]?.hash).not.toBe(traces[1]?.hash);
});

test('[SIM5] at least the last lines are kept, and fewer than twice as many', () => {
  const trace = new Trace(5);
  for (let i = 1; i <= 1_000; i++) {
    trace.add(i, 'line');
    const kept = trace.text().split('\n');
    expect(kept.length).toBeGreaterThanOrEqual(Math.min(5, i));
    expect(kept.length).toBeLessThan(10);
    expect(kept.at(-1)).toBe(`${i}.000 line`);
  }
  expect(trace.count).toBe(1_000);
  expect(trace.tail(2)).toEqual(['999.000 line', '1000.000 line']);
  expect(trace.tail(0)).toEqual([]);
});
