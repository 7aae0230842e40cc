/** Each planted fault is a way to build routes wrong; a hard day must find it. */
import type { AlarmRoute } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { routeDay } from '../testing/route-day.ts';
import type { RoutesCoreMaker } from '../testing/route-stage.ts';
import type { RouteInput, RouteOutput } from './messages.ts';
import type { RouteSnapshot } from './records.ts';
import { RoutesCore } from './routes-core.ts';

const seeds = Array.from({ length: 20 }, (_, i) => i + 1);

function withInputs(change: (input: RouteInput) => RouteInput | undefined): RoutesCoreMaker {
  return (...args) => {
    const core = new RoutesCore(...args);
    return {
      step: (input, now) => {
        const changed = change(input);
        return changed === undefined ? [] : core.step(changed, now);
      },
    };
  };
}

function withOutputs(change: (outputs: readonly RouteOutput[]) => readonly RouteOutput[]): RoutesCoreMaker {
  return (...args) => {
    const core = new RoutesCore(...args);
    return { step: (input, now) => change(core.step(input, now)) };
  };
}

function withSnapshot(change: (snapshot: RouteSnapshot) => RouteSnapshot): RoutesCoreMaker {
  return (config, snapshot, random) => new RoutesCore(config, change(snapshot), random);
}

function withRoutes(change: (route: AlarmRoute) => AlarmRoute): RoutesCoreMaker {
  return withInputs((input) =>
    input.kind === 'routes' ? { ...input, routes: input.routes.map(change) } : input,
  );
}

const faults: Readonly<Record<string, RoutesCoreMaker>> = {
  'forgets at a restart what it has told': withSnapshot((snapshot) => ({ ...snapshot, marks: [] })),
  'forgets at a restart what is on its way': withSnapshot((snapshot) => ({ ...snapshot, deliveries: [] })),
  'hears at a restart of no alarm': withInputs((input) =>
    input.kind === 'start' ? { ...input, alarms: [] } : input,
  ),
  'begins at a restart to wait anew': (config, { marks, ...snapshot }, random) =>
    new RoutesCore(config, { ...snapshot, marks: marks.map((mark) => ({ ...mark, toldMs: 0 })) }, random),
  'tells before it stores': withOutputs((outputs) =>
    outputs.toSorted((a, b) => Number(a.kind === 'persist') - Number(b.kind === 'persist')),
  ),
  'never looks at the time': withOutputs((outputs) => outputs.filter(({ kind }) => kind !== 'setTimer')),
  'takes a failure for an arrival': withInputs((input) =>
    input.kind === 'attempted' ? { ...input, result: { ok: true } } : input,
  ),
  'gives up at the first failure': withInputs((input) =>
    input.kind === 'attempted' && !input.result.ok
      ? { ...input, result: { ...input.result, isFinal: true } }
      : input,
  ),
  'tells at once what should wait': withRoutes(({ afterMs: _, ...route }) => route),
  'says nothing a second time': withRoutes(({ repeatMs: _, ...route }) => ({ ...route, repeatMs: 30_000 })),
  'has no quiet hours': withRoutes(({ quiet: _, ...route }) => route),
  'tells of every edge': withRoutes(({ edges: _, ...route }) => route),
  'always tells the end': withRoutes(({ tellsEnd: _, ...route }) => route),
  'never tells the end': withRoutes((route) => ({ ...route, tellsEnd: false })),
  'tells of what is shelved': withInputs((input) => {
    if (input.kind !== 'alarm') return input;
    const { shelvedUntilMs: _, ...alarm } = input.alarm;
    return { ...input, alarm };
  }),
  'takes an alarm that opens again for the same': withInputs((input) =>
    input.kind === 'alarm' ? { ...input, alarm: { ...input.alarm, count: 1 } } : input,
  ),
  'does not hear that an alarm cleared': withInputs((input) =>
    input.kind === 'alarm' && !input.alarm.active ? undefined : input,
  ),
  'makes a new message of every attempt': withOutputs((outputs) =>
    outputs.map((output) =>
      output.kind === 'tell' ? { ...output, delivery: { ...output.delivery, lines: [] } } : output,
    ),
  ),
};

describe('planted faults', () => {
  test.each(Object.entries(faults))('a core that %s is found', (_, make) => {
    const isFound = seeds.some((seed) => {
      try {
        routeDay(seed, make);
        return false;
      } catch (error) {
        // A difference, and no slip of the plant.
        return error instanceof Error && error.message.startsWith('seed');
      }
    });
    expect(isFound).toBe(true);
  });

  test('the same wrappers around an unchanged core find nothing', () => {
    for (const seed of seeds) {
      routeDay(
        seed,
        withInputs((input) => input),
      );
      routeDay(
        seed,
        withOutputs((outputs) => outputs),
      );
      routeDay(
        seed,
        withSnapshot((snapshot) => snapshot),
      );
      routeDay(
        seed,
        withRoutes((route) => route),
      );
    }
  });
});
