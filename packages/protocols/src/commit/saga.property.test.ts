/** Sagas under every history that fast-check thinks of, and with faults planted that it must find. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Attempt, SagaWorld, type SagaWorldOptions } from '../../testing/saga-world.ts';
import type { SagaStep } from './saga-messages.ts';

const kinds: fc.Arbitrary<SagaStep[]> = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.nat(2))
  .map(([before, hasPivot, after]) => [
    ...Array.from({ length: before }, (_, at) => ({ name: `c${at}`, kind: 'compensatable' as const })),
    ...(hasPivot ? [{ name: 'p', kind: 'pivot' as const }] : []),
    ...Array.from({ length: after }, (_, at) => ({ name: `r${at}`, kind: 'retriable' as const })),
  ])
  .filter((steps) => steps.length > 0);

const history = fc.record({
  steps: kinds,
  attempts: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<Attempt>('done') },
      { weight: 3, arbitrary: fc.constantFrom<Attempt[]>('failed', 'again', 'unsaid') },
    ),
    { minLength: 1, maxLength: 12, size: 'max' },
  ),
  events: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('begin', 'crash', 'crashLate', 'crashWithin') },
      { weight: 12, arbitrary: fc.constantFrom('answer', 'fire', 'restart') },
      { weight: 1, arbitrary: fc.constant('cancel') },
    ),
    { maxLength: 60, size: 'max' },
  ),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** Plays it to its end. Throws when a saga is left half done. */
function play({ steps, attempts, events }: History, outputs?: SagaWorldOptions['outputs']): SagaWorld {
  let asked = 0;
  let isHealed = false;
  const attempt = (): Attempt => (isHealed ? 'done' : (attempts[asked++ % attempts.length] ?? 'done'));
  const world = new SagaWorld({ steps, attempt, ...(outputs === undefined ? {} : { outputs }) });
  for (const [at, event] of events.entries()) {
    if (event === 'begin') world.begin(`s${at % 2}`, `subject ${at % 2}`);
    else if (event === 'cancel') world.cancel(`s${at % 2}`);
    else if (event === 'crashLate') world.crash(true);
    else if (event === 'crashWithin') world.crashAt = world.effects + (at % 4);
    else if (event === 'crash') world.crash();
    else if (event === 'answer') world.answer();
    else if (event === 'fire') world.fire();
    else world.restart();
  }
  isHealed = true;
  world.finish();
  for (const [saga, { state, done }] of world.disk) {
    const marks = steps.filter(({ name }) => world.marks.has(`${saga} ${name}`)).length;
    if (state === 'completed') expect({ done, marks }).toEqual({ done: steps.length, marks: steps.length });
    else expect({ state, done, marks }).toEqual({ state: 'compensated', done: 0, marks: 0 });
    if (world.cancelled.has(saga)) expect(state).toBe('compensated');
  }
  // What nobody has on disk must not have had an effect.
  for (const mark of world.marks) expect([...world.disk.keys()]).toContain(mark.split(' ')[0]);
  expectOrder(world, steps);
  return world;
}

/** Once a step was carried out, no earlier one is for the first time; a pivot or a later step is never undone. */
function expectOrder(world: SagaWorld, steps: readonly SagaStep[]): void {
  const place = new Map(steps.map(({ name }, at) => [name, at]));
  const reached = new Map<string, number>();
  for (const change of world.changes) {
    const [sign, saga = '', name = ''] = change.split(' ');
    const at = place.get(name) ?? -1;
    const furthest = reached.get(saga) ?? -1;
    if (sign === '+' && at > furthest + 1) throw new Error(`${change} before what comes before it`);
    if (sign === '-' && steps[at]?.kind !== 'compensatable') throw new Error(`${change} has no way back`);
    reached.set(saga, sign === '+' ? Math.max(furthest, at) : Math.min(furthest, at));
  }
}

test('[SG1, SG2, SG3, SG4, SG6, SG14] whatever fails or crashes, all steps are done in the end, or none', () => {
  const ends = { completed: 0, compensated: 0 };
  fc.assert(
    fc.property(history, (each) => {
      for (const { state } of play(each).disk.values()) {
        if (state === 'completed' || state === 'compensated') ends[state] += 1;
      }
    }),
    { numRuns: 3_000, seed: 7 },
  );
  expect(ends.completed).toBeGreaterThan(300);
  expect(ends.compensated).toBeGreaterThan(300);
});

const faults: Readonly<Record<string, NonNullable<SagaWorldOptions['outputs']>>> = {
  'never tries again': (outputs) => outputs.filter(({ kind }) => kind !== 'setTimer'),
  'carries a step out before that is written': (outputs) => [
    ...outputs.filter(({ kind }) => kind !== 'persist'),
    ...outputs.filter(({ kind }) => kind === 'persist'),
  ],
  'does not write that it turned back': (outputs) =>
    outputs.filter((output) => output.kind !== 'persist' || output.record.state !== 'compensating'),
  'counts a step as done that was only begun': (outputs) =>
    outputs.map((output) =>
      output.kind === 'persist' && output.record.state === 'running'
        ? { ...output, record: { ...output.record, done: output.record.done + 1 } }
        : output,
    ),
  'forgets in a crash that it was cancelled': (outputs) =>
    outputs.filter((output) => output.kind !== 'persist' || output.record.cancelled === undefined),
  'leaves the first step as it is when it turns back': (outputs) =>
    outputs.filter((output) => output.kind !== 'undo' || output.step !== 'c0'),
};

test.each(Object.entries(faults))('one that %s is found', (_, outputs) => {
  const { failed } = fc.check(
    fc.property(history, (each) => void play(each, outputs)),
    { numRuns: 1_000, seed: 7, endOnFailure: true },
  );
  expect(failed).toBe(true);
});
