import { expect, test } from 'vitest';
import { Trace } from './trace.ts';

function hashOf(...lines: (readonly [string, string?])[]): string {
  const trace = new Trace(10);
  for (const [line, detail] of lines) trace.add(line, detail);
  return trace.hash;
}

test('[SIM2] the hash covers lines, their details, their order and where they end', () => {
  const hashes = [
    hashOf(['ab'], ['c']),
    hashOf(['a'], ['bc']),
    hashOf(['c'], ['ab']),
    hashOf(['ab', 'c']),
    hashOf(['ab', 'd'], ['c']),
    hashOf(['ab'], ['c'], ['']),
    hashOf(['abc']),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(hashOf(['ab'], ['c'])).toBe(hashes[0]);
});

test('[SIM2] lines that are no longer kept still count', () => {
  const traces = ['one', 'other'].map((first) => {
    const trace = new Trace(2);
    trace.add(first);
    for (let i = 0; i < 10; i++) trace.add(`line ${i}`);
    return trace;
  });
  expect(traces[0]?.text()).toBe(traces[1]?.text());
  expect(traces[0]?.hash).not.toBe(traces[1]?.hash);
});

test('[SIM5] at least the last lines are kept, and fewer than twice as many', () => {
  const trace = new Trace(5);
  for (let i = 1; i <= 1_000; i++) {
    trace.add(String(i));
    const kept = trace.text().split('\n');
    expect(kept.length).toBeGreaterThanOrEqual(Math.min(5, i));
    expect(kept.length).toBeLessThan(10);
    expect(kept.at(-1)).toBe(String(i));
  }
  expect(trace.count).toBe(1_000);
  expect(trace.tail(2)).toEqual(['999', '1000']);
});
