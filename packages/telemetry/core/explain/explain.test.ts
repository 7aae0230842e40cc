import { expect, test } from 'vitest';
import { RuleEngine } from '../engine/rule-engine.ts';
import { EngineDesk, startWallMs } from '../testing/engine-desk.ts';
import { type Explanation, explain } from './explain.ts';

function why(desk: EngineDesk, rule: string): Explanation {
  if (!(desk.engine instanceof RuleEngine)) throw new Error('another engine');
  const state = desk.engine.state(rule, 'edge-1', 'temperature');
  if (state === undefined) throw new Error(`no state of ${rule}`);
  return explain(state, desk.nowMs);
}

test('[TLX1] values are told in the digits that mean something', () => {
  const desk = new EngineDesk(['hot: temperature > 30']).read(29.8526018624);
  expect(why(desk, 'hot').sentence).toBe('Does not fire: temperature of edge-1 is 29.8526, not above 30.');
  desk.wait(10_000).read(30.00000001);
  expect(why(desk, 'hot').sentence).toBe('Fires: temperature of edge-1 is 30.00000001, above 30.');
});

test('[TLX1] a rule says why it fired or has not, in every phase', () => {
  const desk = new EngineDesk(['hot: temperature > 30 for 2m clear below 28 for 1m']).read(29);
  expect(why(desk, 'hot').sentence).toBe('Does not fire: temperature of edge-1 is 29, not above 30.');
  desk.wait(10_000).read(31).wait(40_000);
  const pending = 'temperature of edge-1 is 31, above 30, which must last 2 min and has lasted 40 s.';
  expect(why(desk, 'hot').sentence).toBe(`Has not fired yet: ${pending}`);
  desk.read(31.2).wait(80_000);
  expect(desk.sentences).toEqual(['Fires, after 2 min of it: temperature of edge-1 is 31.2, above 30.']);
  desk.read(29);
  expect(why(desk, 'hot').sentence).toMatch(/is 29, was above 30 and has not passed 28 yet\.$/);
  desk.read(27, { stampMs: startWallMs + desk.nowMs + 1 }).wait(20_000);
  expect(why(desk, 'hot').sentence).toMatch(
    /^Still fires: .* is 27, not above 30, which must last 60 s and has lasted 20 s/,
  );
  desk.wait(40_000);
  expect(desk.sentences.at(-1)).toBe('Cleared: temperature of edge-1 is 27, not above 30.');
});

test('[TLX1] with its samples, limits and transitions', () => {
  const desk = new EngineDesk(['hot: temperature > 30 clear below 28']);
  for (const value of [29, 31, 27]) desk.read(value).wait(1_000);
  const { conditions, transitions, isFiring, text } = why(desk, 'hot');
  expect({ isFiring, text }).toEqual({
    isFiring: false,
    text: 'hot warning: temperature > 30 clear below 28',
  });
  expect(conditions).toMatchObject([{ limit: 30, until: 28, value: 27, holds: false, demand: 'above 30' }]);
  expect(conditions[0]?.samples.map(({ value, ageMs }) => [value, ageMs])).toEqual([
    [29, 3_000],
    [31, 2_000],
    [27, 1_000],
  ]);
  expect(transitions).toEqual([
    { to: 'firing', wallMs: startWallMs + 1_000, value: 31 },
    { to: 'idle', wallMs: startWallMs + 2_000, value: 27 },
  ]);
});

test('[TLX1] silence, hours and the first minutes after a start have their own words', () => {
  const desk = new EngineDesk([
    'late: temperature stale after 1m',
    'shut: temperature > 1 only sat 08:00-09:00',
    'night: temperature > 1 quiet fri 08:00-10:00',
    'quick: temperature rises by 5 within 10m',
    'odd: temperature anomalous',
  ]).read(20);
  desk.wait(61_000);
  expect(why(desk, 'late').sentence).toBe('Fires: temperature of edge-1 was last heard 61 s ago.');
  expect(why(desk, 'shut').sentence).toBe('Does not fire: it is out of its hours.');
  expect(why(desk, 'night').sentence).toMatch(
    /because these are quiet hours: temperature of edge-1 is 20, above 1/,
  );
  expect(why(desk, 'quick').sentence).toMatch(/is 20, not up by more than 5 within 10 min/);
  expect(why(desk, 'odd').sentence).toMatch(/is 20, not anomalous \(0\.0 sigma from the last readings/);
  expect(why(desk.restart(), 'quick').sentence).toMatch(
    /no reading of temperature of edge-1 came since the start/,
  );
});

test('[TLX2] what it keeps is bounded', () => {
  const desk = new EngineDesk(['hot: temperature > 30']);
  for (let i = 0; i < 500; i++) desk.read(i % 2 === 0 ? 20 : 40).wait(1_000);
  const { conditions, transitions } = why(desk, 'hot');
  expect([conditions[0]?.samples.length, transitions.length]).toEqual([16, 20]);
});
