import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import { type ClockExchange, OffsetEstimate } from './offset-estimate.ts';

const exact = { driftPpm: 0, stampMs: 0 };

/** Their clock is `offsetMs` ahead; the way there and the way back take so long. */
function exchange(
  atMs: number,
  offsetMs: number,
  thereMs: number,
  backMs: number,
  restMs = 5,
): ClockExchange {
  const heardMs = atMs + thereMs + offsetMs;
  return {
    sentMs: atMs,
    heardMs,
    answeredMs: heardMs + restMs,
    receivedMs: atMs + thereMs + restMs + backMs,
  };
}

test('[CO1, CO2] offset and delay are those of RFC 5905, the error half the delay', () => {
  const estimate = new OffsetEstimate(exact);
  expect(estimate.at(0)).toBeUndefined();
  expect(estimate.add({ sentMs: 100, heardMs: 1_160, answeredMs: 1_170, receivedMs: 150 })).toBe('taken');
  expect(estimate.at(150)).toEqual({ offsetMs: 1_040, delayMs: 40, errorMs: 20 });
});

test('[CO3] of the last exchanges the one with the least error counts', () => {
  const estimate = new OffsetEstimate({ ...exact, exchanges: 3 });
  estimate.add(exchange(0, 1_000, 200, 10));
  estimate.add(exchange(1_000, 1_000, 5, 5));
  estimate.add(exchange(2_000, 1_000, 10, 300));
  expect(estimate.at(3_000)).toEqual({ offsetMs: 1_000, delayMs: 10, errorMs: 5 });
  estimate.add(exchange(3_000, 1_000, 10, 100));
  expect(estimate.at(3_000)?.delayMs).toBe(10);
  estimate.add(exchange(4_000, 1_000, 10, 100));
  expect(estimate.at(5_000)?.delayMs).toBe(110);
});

test('[CO4] what is known gets worse with time, so that a newer one counts in the end', () => {
  const estimate = new OffsetEstimate({ driftPpm: 100, stampMs: 0 });
  estimate.add(exchange(0, 0, 5, 5));
  const fresh = estimate.at(15)?.errorMs ?? 0;
  expect((estimate.at(1_000_015)?.errorMs ?? 0) - fresh).toBeCloseTo(100);
  estimate.add(exchange(1_000_000, 50, 40, 40));
  expect(estimate.at(1_000_100)?.delayMs).toBe(80);
});

test('[CO5] a clock that was set is believed at once', () => {
  const estimate = new OffsetEstimate();
  estimate.add(exchange(0, 0, 5, 5));
  expect(estimate.add(exchange(1_000, 3_600_000, 20, 20))).toBe('stepped');
  expect(estimate.at(2_000)?.offsetMs).toBe(3_600_000);
  estimate.reset();
  expect(estimate.at(2_000)).toBeUndefined();
});

test('[CO6] what no exchange looks like is refused, and changes nothing', () => {
  const estimate = new OffsetEstimate(exact);
  estimate.add(exchange(1_000, 7, 5, 5));
  const before = estimate.at(2_000);
  for (const wrong of [
    { sentMs: 2_000, heardMs: 2_001, answeredMs: 2_001, receivedMs: 1_999 },
    { sentMs: 2_000, heardMs: 2_005, answeredMs: 2_001, receivedMs: 2_010 },
    { sentMs: 2_000, heardMs: 2_005, answeredMs: 2_099, receivedMs: 2_010 },
    { sentMs: 2_000, heardMs: Number.NaN, answeredMs: 2_001, receivedMs: 2_010 },
    { sentMs: 2_000, heardMs: 2_001, answeredMs: 2_002, receivedMs: Infinity },
    exchange(0, 7, 1, 1),
  ]) {
    expect(estimate.add(wrong)).toBe('refused');
  }
  expect(estimate.at(2_000)).toEqual(before);
});

test('[CO6] two answers at one moment are both taken, and one that the drift just explains', () => {
  const estimate = new OffsetEstimate({ driftPpm: 100_000, stampMs: 1 });
  expect(estimate.add({ sentMs: 0, heardMs: 0, answeredMs: 12, receivedMs: 10 })).toBe('taken');
  expect(estimate.add({ sentMs: 5, heardMs: 5, answeredMs: 9, receivedMs: 10 })).not.toBe('refused');
});

test('[CO7] options out of their range throw a RangeError', () => {
  for (const wrong of [
    { exchanges: 0 },
    { exchanges: 1.5 },
    { driftPpm: -1 },
    { driftPpm: 1e6 },
    { stampMs: -1 },
  ]) {
    expect(() => new OffsetEstimate(wrong)).toThrow(RangeError);
  }
});

/** A day of exchanges with a clock that wanders; the true offset, and what was said of it. */
function day(seed: number, driftPpm: number, options: { driftPpm: number; stampMs: number }) {
  const random = seededRandom(`offsets ${seed}`);
  const estimate = new OffsetEstimate(options);
  let nowMs = 0;
  let offsetMs = (random.next() - 0.5) * 7_200_000;
  let missed = 0;
  let checks = 0;
  let worstMs = 0;
  const pass = (ms: number): void => {
    nowMs += ms;
    offsetMs += (random.next() * 2 - 1) * (driftPpm / 1_000_000) * ms;
  };
  const theirs = (): number => {
    const ms = nowMs + offsetMs;
    return options.stampMs === 0 ? ms : Math.floor(ms / options.stampMs) * options.stampMs;
  };
  const check = (): void => {
    const said = estimate.at(nowMs);
    if (said === undefined) return;
    checks += 1;
    worstMs = Math.max(worstMs, said.errorMs);
    // A tenth of a microsecond for the rounding of sums.
    if (Math.abs(said.offsetMs - offsetMs) > said.errorMs + 1e-4) missed += 1;
  };
  for (let i = 0; i < 200; i++) {
    const sentMs = nowMs;
    pass(1 + random.next() * (random.below(5) === 0 ? 3_000 : 30));
    const heardMs = theirs();
    pass(random.next() * 10);
    const answeredMs = theirs();
    pass(1 + random.next() * (random.below(5) === 0 ? 3_000 : 30));
    expect(estimate.add({ sentMs, heardMs, answeredMs, receivedMs: nowMs })).toBe('taken');
    check();
    pass(random.next() * 60_000);
    check();
  }
  return { missed, checks, worstMs };
}

test('[CO2, CO8] the true offset is always within the error, whatever the ways take and the clocks drift', () => {
  fc.assert(
    fc.property(
      fc.nat(1e9),
      fc.constantFrom(0, 50, 200),
      fc.constantFrom(0, 1, 16),
      (seed, driftPpm, stampMs) => {
        const { missed, checks, worstMs } = day(seed, driftPpm, { driftPpm, stampMs });
        expect([missed, checks]).toEqual([0, 400]);
        // It says something, too: most exchanges are fast, and one of eight is among the last.
        expect(worstMs).toBeLessThan(3_300);
      },
    ),
    { seed: 5, numRuns: 150 },
  );
});

test('a clock that drifts more than is stated is found out', () => {
  const misses = Array.from({ length: 20 }, (_, seed) => day(seed, 20, { driftPpm: 0, stampMs: 0 }).missed);
  expect(Math.max(...misses)).toBeGreaterThan(0);
});

test('[CO1, CO3, CO4, CO5, CO6] a clock 90 s ahead, over a way that is slow now and then, and set after an hour', async () => {
  const estimate = new OffsetEstimate({ driftPpm: 100, stampMs: 0 });
  const lines: string[] = [];
  const at = (ms: number): string => `${String(ms / 1_000).padStart(8)} s`;
  const show = (ms: number): void => {
    const { offsetMs = 0, errorMs = 0, delayMs = 0 } = estimate.at(ms) ?? {};
    lines.push(
      `${at(ms)}    ${offsetMs.toFixed(1)} ms ahead, at most ${errorMs.toFixed(1)} off, by a delay of ${delayMs} ms`,
    );
  };
  const ask = (ms: number, offsetMs: number, thereMs: number, backMs: number): void => {
    const each = exchange(ms, offsetMs, thereMs, backMs, 0);
    const verdict = estimate.add(each);
    lines.push(`${at(ms)}  there in ${thereMs} ms, back in ${backMs} ms: ${verdict}`);
    if (verdict !== 'refused') show(ms + thereMs + backMs);
  };
  ask(0, 90_000, 120, 20);
  ask(10_000, 90_000, 4, 6);
  ask(20_000, 90_000, 5, 400);
  ask(15_000, 90_000, 1, 1);
  lines.push('nobody is asked for an hour');
  show(3_600_000);
  ask(3_600_000, 90_050, 30, 30);
  lines.push('their clock is set');
  ask(3_610_000, 0, 10, 30);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/clock-offset.txt');
});
