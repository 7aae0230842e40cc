import { seededRandom } from '@bothy/protocols';
import type { EdgeStatus, LiveEdge, LiveSensor, TelemetryFigures, TelemetryTick } from '@bothy/wire';
import { expect, test } from 'vitest';
import type { FullSubscription } from './audience.ts';
import { LiveModel, type LiveModelOptions } from './live-model.ts';
import type { ShownReading } from './live-sensor.ts';

const figures: TelemetryFigures = {
  readingsPerSecond: 1,
  eventsPerMinute: 0,
  tickDelayMs: 0,
  edgeDelayP50Ms: null,
  edgeDelayP99Ms: null,
};
const everything: FullSubscription = { sensors: ['*'], alarms: true, everyMs: 250 };
const startMs = 1_700_000_000_000;

function reading(sensor: string, at: number, value: number, more: Partial<ShownReading> = {}): ShownReading {
  const stampMs = startMs + at * 1_000;
  return { edge: 'e1', sensor, stampMs, value, hist: false, heardMs: stampMs, ...more };
}

function edge(status: EdgeStatus | null, more: Partial<LiveEdge> = {}): LiveEdge {
  const counts = { stored: 0, missing: 0, late: 0, double: 0, refused: 0, delayMs: null };
  const state = status?.state ?? 'unknown';
  return {
    edge: 'e1',
    kind: 'edge',
    state,
    enrolled: false,
    home: 'n1',
    heardMs: startMs,
    status,
    counts,
    ...more,
  };
}

function statusOf(state: 'ok' | 'failing', unit?: string): EdgeStatus {
  const sensor = { sensor: 'temperature', kind: 'host', intervalMs: 5_000, state, ...(unit ? { unit } : {}) };
  return { v: 1, node: 'e1', state: 'online', boot: 1, sensors: [sensor] };
}

function model(options?: LiveModelOptions): LiveModel {
  const made = new LiveModel(options);
  made.subscribe('s1', everything);
  return made;
}

function tick(live: LiveModel, monoMs: number): TelemetryTick | undefined {
  return live.ticks(monoMs, startMs, () => figures)[0]?.tick;
}

const valuesOf = ({ readings }: TelemetryTick): unknown[] =>
  readings.map(([, sensor, , value]) => [sensor, value]);

test('[TVL1] a snapshot has what a subscription names, with its last values', () => {
  const live = new LiveModel();
  live.reading(reading('temperature', 0, 20, { unit: '°C' }));
  live.reading(reading('temperature', 5, 21, { unit: '°C' }));
  live.reading(reading('humidity', 5, 50));
  live.reading(reading('humidity', 5, 40, { edge: 'e2' }));
  live.edge(edge(statusOf('ok')));
  expect(live.sensors({ sensors: ['e1/temperature'] })).toEqual([
    {
      edge: 'e1',
      sensor: 'temperature',
      unit: '°C',
      value: 21,
      stampMs: startMs + 5_000,
      heardMs: startMs + 5_000,
      state: 'ok',
      recent: [
        [startMs, 20],
        [startMs + 5_000, 21],
      ],
    },
  ]);
  const names = (sensors: readonly LiveSensor[]) => sensors.map((each) => `${each.edge}/${each.sensor}`);
  expect(names(live.sensors({ sensors: ['e1/*'] }))).toEqual(['e1/temperature', 'e1/humidity']);
  expect(names(live.sensors({ sensors: ['e2/*', 'e1/humidity'] }))).toEqual(['e1/humidity', 'e2/humidity']);
  expect(live.sensors()).toHaveLength(3);
  expect(live.edgesFor({ sensors: ['e1/humidity'] })).toHaveLength(1);
  expect(live.edgesFor({ sensors: ['e2/*'] })).toHaveLength(0);
});

test('[TVL1] ticks add up to the next snapshot, whatever happens', () => {
  for (let seed = 0; seed < 30; seed += 1) {
    const random = seededRandom(`live ${seed}`);
    const live = model();
    const seen = new Map<string, LiveSensor>();
    for (let n = 0, monoMs = 0; n < 200; n += 1, monoMs += random.below(200)) {
      const sensor = `s${random.below(4)}`;
      const unit = random.below(20) === 0 ? 'K' : undefined;
      const at = n + random.below(3) - 1;
      if (random.below(30) === 0) live.forget('e1', sensor);
      else live.reading(reading(sensor, at, random.below(100), { unit, hist: random.below(5) === 0 }));
      if (random.below(3) === 0) follow(seen, tick(live, monoMs));
    }
    follow(seen, tick(live, 1e9));
    const shown = ({ sensor, value, stampMs, unit, recent }: LiveSensor) => ({
      sensor,
      value,
      stampMs,
      unit,
      recent,
    });
    const sorted = (sensors: Iterable<LiveSensor>) =>
      [...sensors].map(shown).sort((one, other) => (one.sensor < other.sensor ? -1 : 1));
    expect([seed, sorted(seen.values())]).toEqual([seed, sorted(live.sensors())]);
  }
});

/** As a dashboard does it. */
function follow(seen: Map<string, LiveSensor>, news: TelemetryTick | undefined): void {
  for (const key of news?.gone ?? []) seen.delete(key);
  for (const sensor of news?.sensors ?? []) seen.set(`${sensor.edge}/${sensor.sensor}`, sensor);
  for (const [edgeId, sensor, stampMs, value] of news?.readings ?? []) {
    const known = seen.get(`${edgeId}/${sensor}`);
    if (known === undefined) throw new Error('a reading of a sensor that was not told of');
    const older = known.recent.filter(([stamp]) => stamp < stampMs);
    const recent = [...older, [stampMs, value] as const].slice(-60);
    seen.set(`${edgeId}/${sensor}`, { ...known, value, stampMs, recent });
  }
}

test('[TVL2] what is late, repeated or older is not shown', () => {
  const live = model();
  live.reading(reading('temperature', 10, 20));
  tick(live, 0);
  for (let n = 0; n < 4; n += 1) live.reading(reading('temperature', 10, 99));
  live.reading(reading('temperature', 9, 98, { hist: true }));
  for (let n = 0; n < 9; n += 1) live.reading(reading('temperature', n, 97, { hist: true }));
  expect(live.dueInMs(0)).toBeUndefined();
  live.reading(reading('temperature', 11, 21, { hist: true }));
  expect(live.sensors()[0]).toMatchObject({
    value: 21,
    recent: [
      [startMs + 10_000, 20],
      [startMs + 11_000, 21],
    ],
  });
});

test('[TVL2] a clock that was set back is believed', () => {
  const live = model();
  const heardMs = startMs + 10_000_000;
  live.reading(reading('temperature', 10_000, 20, { heardMs }));
  live.reading(reading('temperature', 6_400, 21, { heardMs }));
  live.reading(reading('temperature', 6_405, 22, { heardMs }));
  expect(live.sensors()[0]?.value).toBe(20);
  live.reading(reading('temperature', 6_410, 23, { heardMs }));
  expect(live.sensors()[0]).toMatchObject({ value: 23, recent: [[startMs + 6_410_000, 23]] });
  live.reading(reading('light', 20_000, 1, { heardMs: startMs }));
  live.reading(reading('light', 5, 2));
  expect(live.sensors()[1]?.value).toBe(2);
});

test('[TVL3] one tick for all who follow the same, at once after a rest and then at its interval', () => {
  const live = model();
  live.subscribe('s2', { ...everything, alarms: false });
  live.subscribe('s3', { ...everything, sensors: ['e1/light'], everyMs: 1_000 });
  for (let n = 0; n < 500; n += 1) live.reading(reading(`s${n}`, 0, n));
  expect(live.dueInMs(5)).toBe(0);
  const ticks = live.ticks(5, startMs, () => figures);
  expect(ticks).toHaveLength(1);
  expect(ticks[0]?.sessions).toEqual(['s1', 's2']);
  expect(ticks[0]?.tick.readings).toHaveLength(500);
  expect(ticks[0]?.tick.figures).toEqual(figures);
  expect(live.dueInMs(6)).toBeUndefined();
  live.reading(reading('light', 1, 7));
  live.reading(reading('light', 2, 8));
  // Of who never had one, the first is due at once; of the others a quarter of a second after their last.
  expect(live.dueInMs(100)).toBe(0);
  const [slow] = live.ticks(100, startMs, () => figures);
  expect([slow?.sessions, slow && valuesOf(slow.tick)]).toEqual([
    ['s3'],
    [
      ['light', 7],
      ['light', 8],
    ],
  ]);
  expect(slow?.tick.figures).toBeUndefined();
  expect(live.dueInMs(100)).toBe(155);
  expect(tick(live, 254)).toBeUndefined();
  expect(tick(live, 255)).toMatchObject({ readings: [{}, {}] });
});

test('[TVL4] a flood makes a tick no longer', () => {
  const live = model({ mostSensors: 2_000 });
  for (let n = 0; n < 2_000; n += 1) {
    for (let at = 0; at < 70; at += 1) live.reading(reading(`s${n}`, at, at));
  }
  const all = tick(live, 0);
  expect(all?.readings).toHaveLength(50_000);
  expect(all?.readings.at(-1)?.[3]).toBe(69);
  for (let at = 100; at < 900; at += 1) live.reading(reading('s1', at, at));
  const one = tick(live, 1_000);
  expect(one?.readings).toHaveLength(60);
  expect(one?.readings[0]?.[3]).toBe(840);
  expect(live.sensors().reduce((sum, { recent }) => sum + recent.length, 0)).toBe(60_000);
});

test('[TVL5] sensors beyond the limit are counted', () => {
  const live = model({ mostSensors: 2 });
  for (const sensor of ['a', 'b', 'c', 'c']) live.reading(reading(sensor, 0, 1));
  live.edge(edge(statusOf('ok')));
  expect([live.sensorCount, live.notShown]).toEqual([2, 2]);
  live.forget('e1', 'a');
  live.reading(reading('c', 1, 2));
  expect(live.sensors().map(({ sensor }) => sensor)).toEqual(['b', 'c']);
});

test('[TVL6] what changed but the value comes whole, and what was taken out is named', () => {
  const live = model();
  live.edge(edge(statusOf('ok', '°C')));
  expect(tick(live, 0)).toMatchObject({
    sensors: [{ sensor: 'temperature', value: null, unit: '°C', state: 'ok', recent: [] }],
    edges: [{ edge: 'e1', state: 'online' }],
  });
  live.reading(reading('temperature', 1, 20, { unit: '°C' }));
  expect(tick(live, 1_000)).not.toHaveProperty('sensors');
  live.edge(edge(statusOf('failing')));
  expect(tick(live, 2_000)).toMatchObject({ sensors: [{ state: 'failing', unit: '°C', value: 20 }] });
  live.edge(edge(statusOf('failing')));
  expect(tick(live, 3_000)).not.toHaveProperty('sensors');
  live.reading(reading('temperature', 2, 21, { quality: 'suspect' }));
  expect(tick(live, 4_000)).toMatchObject({ sensors: [{ quality: 'suspect' }] });
  live.forget('e1');
  expect(tick(live, 5_000)).toMatchObject({ gone: ['e1/temperature'], readings: [] });
  expect([live.sensors(), live.edges()]).toEqual([[], []]);
});

test('[TVL7] a subscription replaces the one before, and ends with its session', () => {
  const live = model();
  live.subscribe('s1', { ...everything, sensors: ['e2/*'] });
  live.reading(reading('light', 0, 1));
  expect(live.dueInMs(0)).toBeUndefined();
  live.reading(reading('light', 0, 1, { edge: 'e2' }));
  expect(live.dueInMs(0)).toBe(0);
  live.unsubscribe('s1');
  live.unsubscribe('s1');
  expect([live.subscribers, live.dueInMs(0)]).toEqual([0, undefined]);
});
