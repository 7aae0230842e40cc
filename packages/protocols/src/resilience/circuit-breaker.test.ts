import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CircuitBreaker, type CircuitBreakerOptions, type CircuitCall } from './circuit-breaker.ts';

const three: CircuitBreakerOptions = { failures: 3, openMs: 1_000 };

/** Calls that end at once: `s` succeeds, `f` fails, `-` was not let through. */
function play(breaker: CircuitBreaker, results: string, nowMs: number): string {
  return [...results]
    .map((result) => {
      const call = breaker.begin(nowMs);
      if (call === undefined) return '-';
      breaker.end(call, result === 's', nowMs);
      return result;
    })
    .join('');
}

function mustBegin(breaker: CircuitBreaker, nowMs: number): CircuitCall {
  const call = breaker.begin(nowMs);
  if (call === undefined) throw new Error('was not let through');
  return call;
}

test('[CB1, CB2] failures in a row open it, and a success between them begins anew', () => {
  const breaker = new CircuitBreaker(three);
  expect(play(breaker, 'ffsffsfff', 0)).toBe('ffsffsfff');
  expect(breaker.state(0)).toBe('open');
  expect(play(breaker, 'ss', 0)).toBe('--');
});

test('[CB3] a rate opens it without any two failures in a row, once there are enough calls', () => {
  const breaker = new CircuitBreaker({ ...three, rate: { share: 0.5, among: 6 } });
  expect(play(breaker, 'fsfsf', 0)).toBe('fsfsf');
  expect(breaker.state(0)).toBe('closed');
  expect(play(breaker, 'ss', 0)).toBe('s-');
  const calm = new CircuitBreaker({ ...three, rate: { share: 0.5, among: 6 } });
  expect(play(calm, 'fssfssfssfss', 0)).toBe('fssfssfssfss');
});

test('[CB3] once it has closed again, failures from before it opened do not count any more', () => {
  const breaker = new CircuitBreaker({ ...three, rate: { share: 0.5, among: 4 } });
  expect(play(breaker, 'fsfs', 0)).toBe('fsfs');
  expect(breaker.state(0)).toBe('open');
  expect(play(breaker, 'sfsf', 1_000)).toBe('sfsf');
  expect(breaker.state(1_000)).toBe('closed');
  expect(play(breaker, 'fs', 1_000)).toBe('f-');
});

test('[CB4, CB5] open for its time, then one call decides', () => {
  const breaker = new CircuitBreaker(three);
  play(breaker, 'fff', 0);
  expect(breaker.retryMs).toBe(1_000);
  expect(breaker.begin(999)).toBeUndefined();
  expect(breaker.state(1_000)).toBe('halfOpen');
  const probe = mustBegin(breaker, 1_000);
  expect(breaker.begin(1_500)).toBeUndefined();
  breaker.end(probe, true, 1_600);
  expect(breaker.state(1_600)).toBe('closed');
  expect(play(breaker, 'ffs', 1_600)).toBe('ffs');
});

test('[CB5] as many probes as are asked for, one after the other', () => {
  const breaker = new CircuitBreaker({ ...three, probes: 2 });
  play(breaker, 'fff', 0);
  expect(play(breaker, 's', 1_000)).toBe('s');
  expect(breaker.state(1_000)).toBe('halfOpen');
  expect(play(breaker, 's', 1_001)).toBe('s');
  expect(breaker.state(1_001)).toBe('closed');
});

test('[CB6] each probe that fails makes the wait longer, up to its limit; closed, it begins anew', () => {
  const breaker = new CircuitBreaker({ ...three, factor: 2, maxOpenMs: 3_000 });
  play(breaker, 'fff', 0);
  const waits: number[] = [];
  let nowMs = 0;
  for (let i = 0; i < 4; i++) {
    waits.push(breaker.retryMs - nowMs);
    nowMs = breaker.retryMs;
    play(breaker, 'f', nowMs);
  }
  expect(waits).toEqual([1_000, 2_000, 3_000, 3_000]);
  nowMs = breaker.retryMs;
  play(breaker, 'sfff', nowMs);
  expect(breaker.retryMs - nowMs).toBe(1_000);
});

test('[CB7] the result of a call from before says nothing about now', () => {
  const breaker = new CircuitBreaker(three);
  const slow = mustBegin(breaker, 0);
  play(breaker, 'fff', 0);
  breaker.end(slow, true, 500);
  expect(breaker.state(500)).toBe('open');
  const late = mustBegin(breaker, 1_000);
  breaker.end(late, true, 1_000);
  breaker.end(slow, false, 1_001);
  breaker.end(late, false, 1_001);
  expect(play(breaker, 'ff', 1_001)).toBe('ff');
  expect(breaker.state(1_001)).toBe('closed');
});

test('[CB8] a probe that never ends makes room for the next', () => {
  const breaker = new CircuitBreaker(three);
  play(breaker, 'fff', 0);
  const lost = mustBegin(breaker, 1_000);
  expect(breaker.begin(1_999)).toBeUndefined();
  const next = mustBegin(breaker, 2_000);
  breaker.end(lost, false, 2_001);
  expect(breaker.state(2_001)).toBe('halfOpen');
  breaker.end(next, true, 2_002);
  expect(breaker.state(2_002)).toBe('closed');
});

test('[CB9] a clock that goes back neither opens nor closes anything', () => {
  const breaker = new CircuitBreaker(three);
  play(breaker, 'fff', 5_000);
  expect(breaker.state(0)).toBe('open');
  expect(breaker.state(6_000)).toBe('halfOpen');
  expect(breaker.state(0)).toBe('halfOpen');
});

describe('[CB10] options out of their range throw a RangeError', () => {
  const wrong: Partial<CircuitBreakerOptions>[] = [
    { failures: 0 },
    { failures: 1.5 },
    { openMs: 0 },
    { openMs: Infinity },
    { factor: 0.5 },
    { maxOpenMs: 999 },
    { probes: 0 },
    { rate: { share: 0, among: 2 } },
    { rate: { share: 1.1, among: 2 } },
    { rate: { share: 0.5, among: 0 } },
  ];
  test.each(wrong)('%j', (options) => {
    expect(() => new CircuitBreaker({ ...three, ...options })).toThrow(RangeError);
  });
});

/** A breaker that works everything out from all that ever happened, each time anew. */
class ObviousBreaker {
  readonly #options: CircuitBreakerOptions & { readonly factor: number; readonly maxOpenMs: number };
  readonly #said: { readonly atMs: number; readonly failed: boolean }[] = [];

  constructor(options: CircuitBreakerOptions & { readonly factor: number; readonly maxOpenMs: number }) {
    this.#options = options;
  }

  /** Calls that end at once: whether this one is let through. */
  call(succeeds: boolean, nowMs: number): boolean {
    const { failures, openMs, factor, maxOpenMs } = this.#options;
    let open: { untilMs: number; forMs: number } | undefined;
    let inRow = 0;
    for (const { atMs, failed } of this.#said) {
      if (open !== undefined) open = failed ? longer(open, atMs) : undefined;
      else {
        inRow = failed ? inRow + 1 : 0;
        if (inRow === failures) {
          open = { untilMs: atMs + openMs, forMs: openMs };
          inRow = 0;
        }
      }
    }
    if (open !== undefined && nowMs < open.untilMs) return false;
    this.#said.push({ atMs: nowMs, failed: !succeeds });
    return true;

    function longer({ forMs }: { forMs: number }, atMs: number) {
      const next = Math.min(forMs * factor, maxOpenMs);
      return { untilMs: atMs + next, forMs: next };
    }
  }
}

test('[CB1, CB2, CB4, CB5, CB6] lets through what one lets through that looks at everything each time', () => {
  const step = fc.record({ waitMs: fc.nat(1_500), succeeds: fc.boolean() });
  const options = fc.record({
    failures: fc.integer({ min: 1, max: 4 }),
    openMs: fc.integer({ min: 1, max: 1_000 }),
    factor: fc.integer({ min: 1, max: 3 }),
    maxOpenMs: fc.integer({ min: 1_000, max: 4_000 }),
  });
  fc.assert(
    fc.property(options, fc.array(step, { maxLength: 120 }), (chosen, steps) => {
      const breaker = new CircuitBreaker(chosen);
      const obvious = new ObviousBreaker(chosen);
      let nowMs = 0;
      for (const { waitMs, succeeds } of steps) {
        nowMs += waitMs;
        expect(play(breaker, succeeds ? 's' : 'f', nowMs) !== '-').toBe(obvious.call(succeeds, nowMs));
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('[CB2, CB4, CB5, CB6] a service that is down from second 3 to second 20, called every second', async () => {
  const breaker = new CircuitBreaker({ failures: 3, openMs: 4_000, factor: 2, maxOpenMs: 8_000, probes: 2 });
  const lines: string[] = [];
  for (let second = 0; second <= 34; second++) {
    const nowMs = second * 1_000;
    const isUp = second < 3 || second > 20;
    const before = breaker.state(nowMs);
    const call = breaker.begin(nowMs);
    if (call !== undefined) breaker.end(call, isUp, nowMs);
    const what = call === undefined ? 'not called' : isUp ? 'called, answered' : 'called, failed';
    const after = breaker.state(nowMs);
    lines.push(
      `${String(second).padStart(2)} s  ${before.padEnd(8)}  ${what}${after === before ? '' : ` ▶ ${after}`}`,
    );
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/circuit-breaker.txt');
});

test('[CB4, CB8] the soonest time for a call: over when closed, the end of openness, the end of a probe’s patience', () => {
  const breaker = new CircuitBreaker({ failures: 1, openMs: 100 });
  expect(breaker.retryMs).toBe(-Infinity);
  const call = breaker.begin(0);
  if (call !== undefined) breaker.end(call, false, 10);
  expect(breaker.retryMs).toBe(110);
  expect(breaker.state(110)).toBe('halfOpen');
  expect(breaker.retryMs).toBe(-Infinity);
  breaker.begin(120);
  expect(breaker.retryMs).toBe(220);
});
