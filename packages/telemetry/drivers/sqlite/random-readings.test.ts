/**
 * Readings in any order, late and double, flushed, sealed and read again after restarts: a store on the disk holds and
 * answers what the obvious one in memory does.
 */
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import type { ReadingsSeries } from '@bothy/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredReading } from '../../core/ingest/records.ts';
import { MemoryTelemetryStore } from './testing/index.ts';
import { committed, OpenStore } from './testing/open-store.ts';
import { all, dayMs, friday, put, reading } from './testing/samples.ts';

const sensors = [
  { edge: 'edge-1', sensor: 'temperature', unit: '°C' },
  { edge: 'edge-1', sensor: 'humidity' },
  { edge: 'device', sensor: 'temperature' },
] as const;

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -300, max: 3_000 }).map((hundredths) => hundredths / 100) },
  { weight: 1, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
);
/** Mostly within minutes of Friday's last hours and Saturday's first: edges of stretches and of the day are met. */
const stampMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -7_200, max: 7_200 }).map((s) => friday + dayMs + s * 1_000) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }).map((ms) => friday + dayMs + ms) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 * dayMs }).map((ms) => friday - dayMs + ms) },
  { weight: 1, arbitrary: fc.constant(friday - 40 * dayMs) },
);
const some: fc.Arbitrary<StoredReading> = fc
  .record({
    stampMs,
    value,
    about: fc.constantFrom(...sensors),
    isNumbered: fc.boolean(),
    quality: fc.option(fc.constantFrom('stuck', 'good'), { nil: undefined, freq: 8 }),
    extra: fc.option(fc.constant({ battery: 97, label: 'Fußweg' }), { nil: undefined, freq: 8 }),
  })
  .map(({ stampMs, value, about, isNumbered, quality, extra }) =>
    reading(stampMs, value, {
      ...about,
      ...(isNumbered ? { boot: 1, seq: 1 } : {}),
      ...(quality === undefined ? {} : { quality }),
      ...(extra === undefined ? {} : { extra }),
    }),
  );

/** A device in order, as most are. */
const run: fc.Arbitrary<StoredReading[]> = fc
  .record({
    fromMs: stampMs,
    count: fc.integer({ min: 1, max: 150 }),
    about: fc.constantFrom(...sensors),
    first: fc.nat(200),
  })
  .map(({ fromMs, count, about, first }) =>
    Array.from({ length: count }, (_, i) => reading(fromMs + i * 10_000, (first + (i % 9)) / 10, about)),
  );

type Step =
  | { readonly kind: 'commit'; readonly readings: readonly StoredReading[] }
  /** What was committed before, again. */
  | { readonly kind: 'again'; readonly at: number }
  | { readonly kind: 'seal'; readonly day: number }
  | { readonly kind: 'drop'; readonly day: number }
  | { readonly kind: 'reopen' };

const day = fc.integer({ min: -1, max: 2 }).map((days) => friday + days * dayMs);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(some, { maxLength: 30 }).map((readings) => ({ kind: 'commit' as const, readings })),
  },
  { weight: 3, arbitrary: run.map((readings) => ({ kind: 'commit' as const, readings })) },
  { weight: 3, arbitrary: fc.nat(20).map((at) => ({ kind: 'again' as const, at })) },
  { weight: 3, arbitrary: day.map((day) => ({ kind: 'seal' as const, day })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'drop' as const, day: friday - dayMs }) },
);

const questions = fc.array(
  fc.record({
    about: fc.constantFrom(...sensors, { edge: 'nobody', sensor: 'light' }),
    fromMs: fc.oneof(stampMs, fc.constant(0)),
    lengthMs: fc.constantFrom(60_000, 3_600_000, 7_200_000, dayMs, 90 * dayMs),
    points: fc.constantFrom(1, 2, 7, 60, 500, 5_000),
    resolution: fc.constantFrom(undefined, 'raw' as const, '1m' as const, '5m' as const, '1h' as const),
  }),
  { minLength: 12, maxLength: 12 },
);

function nameOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Sums are added in another order; the rest is the same to the bit. */
function compare(found: ReadingsSeries, expected: ReadingsSeries, about: string): void {
  const { mean, ...rest } = found;
  const { mean: expectedMean, ...expectedRest } = expected;
  expect(rest, about).toEqual(expectedRest);
  expect(mean.length, about).toBe(expectedMean.length);
  for (const [i, each] of mean.entries()) {
    const scale = Math.max(1, Math.abs(expected.max?.[i] ?? 0), Math.abs(expected.min?.[i] ?? 0));
    expect(Math.abs(each - (expectedMean[i] ?? Number.NaN)), about).toBeLessThanOrEqual(1e-9 * scale);
  }
}

test('[TS3, TS4, TS5, TS6, TS7, TS8, TS9] whatever comes in whatever order, it answers what the obvious store does', async () => {
  const seen = { doubles: 0, refused: 0, sealed: 0, late: 0, thinned: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 25 }),
      questions,
      fc.constantFrom(1, 40, 65_536),
      async (steps, asked, headReadings) => {
        const folder = temporaryFolder();
        const wallMs = (): number => friday + 1.5 * dayMs;
        const open = await OpenStore.open({ file: join(folder.path, 't.sqlite'), wallMs, headReadings });
        const model = new MemoryTelemetryStore(wallMs);
        const before: (readonly StoredReading[])[] = [];
        try {
          // What is too old from the beginning is refused; else a restart would drop it, which the model does not do.
          for (const each of [open.store, model]) await committed(each, [put(reading(friday + dayMs, 20))]);
          for (const step of steps) {
            const { store } = open;
            if (step.kind === 'reopen') await open.reopen();
            else if (step.kind === 'seal') await store.seal(nameOf(step.day));
            else if (step.kind === 'drop') {
              await store.dropDay(nameOf(step.day));
              await model.dropDay(nameOf(step.day));
            } else {
              const readings =
                step.kind === 'commit' ? step.readings : (before[step.at % before.length] ?? []);
              before.push(readings);
              const notStored = await open.commit(put(...readings));
              expect(notStored).toEqual(await committed(model, [put(...readings)]));
              for (const { doubles, refused } of notStored) {
                seen.doubles += doubles;
                seen.refused += refused;
              }
            }
          }
          for (const { about, fromMs, lengthMs, points, resolution } of asked) {
            const { edge, sensor } = about;
            const toMs = fromMs === 0 ? friday + 9 * dayMs : fromMs + lengthMs;
            const query = { edge, sensor, fromMs, toMs, points, ...(resolution && { resolution }) };
            const [found, expected] = [await open.store.series(query), await model.series(query)];
            compare(found, expected, JSON.stringify(query));
            expect(found.stampsMs.length).toBeLessThanOrEqual(points);
            if (found.thinned) seen.thinned += 1;
            expect(await open.store.recent(edge, sensor, points)).toEqual(
              await model.recent(edge, sensor, points),
            );
          }
          const range = { fromMs: friday - 9 * dayMs, toMs: friday + dayMs + 3_600_000 };
          expect(await all(open.store.scan(range))).toEqual(await all(model.scan(range)));
          const narrow = { ...range, edges: ['edge-1'], sensors: ['temperature'] };
          expect(await all(open.store.scan(narrow))).toEqual(await all(model.scan(narrow)));
          for (const { state, hasLate } of await open.store.days()) {
            if (state === 'sealed') seen.sealed += 1;
            if (hasLate) seen.late += 1;
          }
          expect(open.failures).toEqual([]);
        } finally {
          await open.close();
          folder.remove();
        }
      },
    ),
    { numRuns: 12 },
  );
  // Runs that meet none of these would show nothing.
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
}, 120_000);
