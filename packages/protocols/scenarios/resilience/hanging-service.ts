/**
 * A service that hangs takes its callers with it: each call waits for its whole timeout, and while all workers wait for
 * it nobody works for the services that are well. A bulkhead gives each service workers of its own; a circuit breaker
 * ends the waiting itself.
 */

import type { Simulation } from '@bothy/simulator';
import { Bulkhead } from '../../src/resilience/bulkhead.ts';
import { CircuitBreaker } from '../../src/resilience/circuit-breaker.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

interface Calls {
  readonly well: number;
  readonly refused: number;
  readonly attemptsAtHanging: number;
}

const workers = 10;
const timeoutMs = 2_000;
const answerMs = 10;
const forMs = 30_000;
/** From here to there the first service hangs. */
const hangsMs = [5_000, 20_000] as const;

/** Two services and the workers that call them; the outcome of every call is told to `ended`. */
function world(
  simulation: Simulation,
  isBulkhead: boolean,
  isBreaker: boolean,
  ended: (service: string, waitedMs: number, outcome: 'answered' | 'timedOut' | 'refused') => void,
): Calls {
  const random = simulation.random('calls');
  const places = isBulkhead ? workers / 2 : workers;
  const shared = new Bulkhead<() => void>({ maxRunning: workers, maxWaiting: 100_000 });
  const own = new Map(
    ['hanging', 'well'].map((id) => [id, new Bulkhead<() => void>({ maxRunning: places, maxWaiting: 50 })]),
  );
  const breaker = new CircuitBreaker({ failures: 5, openMs: 1_000, factor: 2, maxOpenMs: 4_000 });
  const counts = { well: 0, refused: 0, attemptsAtHanging: 0 };
  const refuse = (service: string, atMs: number): void => {
    counts.refused += 1;
    ended(service, simulation.nowMs - atMs, 'refused');
  };
  const call = (service: string): void => {
    const atMs = simulation.nowMs;
    const bulkhead = isBulkhead ? (own.get(service) ?? shared) : shared;
    const leave = (): void => bulkhead.end(run)?.();
    const run = (): void => {
      const permit = isBreaker && service === 'hanging' ? breaker.begin(simulation.nowMs) : undefined;
      if (isBreaker && service === 'hanging' && permit === undefined) {
        refuse(service, atMs);
        leave();
        return;
      }
      const [from, to] = hangsMs;
      const hangs = service === 'hanging' && simulation.nowMs >= from && simulation.nowMs < to;
      if (hangs) {
        counts.attemptsAtHanging += 1;
        const { running, waiting } = bulkhead;
        simulation.note(`a worker calls the service that hangs; ${running} are busy, ${waiting} calls wait`);
      }
      simulation.after(hangs ? timeoutMs : answerMs, () => {
        if (permit !== undefined) breaker.end(permit, !hangs, simulation.nowMs);
        if (service === 'well') counts.well += 1;
        ended(service, simulation.nowMs - atMs, hangs ? 'timedOut' : 'answered');
        leave();
      });
    };
    const entered = bulkhead.enter(run);
    if (entered === 'run') run();
    else if (entered === 'refused') refuse(service, atMs);
  };
  const arrive = (service: string): void => {
    if (simulation.nowMs < forMs) simulation.after(10 + random.below(40), () => arrive(service));
    call(service);
  };
  for (const service of ['hanging', 'well']) arrive(service);
  for (const [at, what] of ['a service begins to hang', 'it is well again'].entries())
    simulation.after(hangsMs[at] ?? 0, () => simulation.note(what));
  simulation.runUntilIdle(600_000);
  return counts;
}

const sharedWorkers = 'protocols/shared-workers';
const unharmed = 'who calls what is well is answered';

export const sharedWorkersFailure: KnownFailure = {
  name: sharedWorkers,
  title: 'One service hangs, and all workers wait for it',
  source: 'Nygard: "Release It!", 2007, sections 4.5 (blocked threads) and 5.3 (bulkheads)',
  breaks: unharmed,
  seeds: 5,
  scenario: (isFixed) =>
    narrated(
      variantOf(sharedWorkers, isFixed),
      'Ten workers call two services, and one hangs',
      (simulation) =>
        // The one switch: whether each service has workers of its own.
        ({
          ...world(simulation, isFixed, false, (service, waitedMs) => {
            if (service === 'well' && waitedMs > 10 * answerMs) {
              simulation.fail(unharmed, `a call of the service that is well took ${waitedMs} ms`);
            }
          }),
        }),
    ),
};

const noBreaker = 'protocols/no-breaker';
const spared = 'who hangs is left alone';
/** Five failures by the workers of that service, and single probes after them. */
const mostAttempts = 30;

export const noBreakerFailure: KnownFailure = {
  name: noBreaker,
  title: 'A service hangs, and is called again and again, each call for its whole timeout',
  source: 'Nygard: "Release It!", 2007, section 5.2 (circuit breaker)',
  breaks: spared,
  seeds: 5,
  scenario: (isFixed) =>
    narrated(
      variantOf(noBreaker, isFixed),
      'A service hangs for fifteen seconds and is back',
      (simulation) => {
        let answeredMs = 0;
        // The one switch: whether a breaker is in front of it.
        const counts = world(simulation, true, isFixed, (service, _, outcome) => {
          if (service === 'hanging' && outcome === 'answered') answeredMs = simulation.nowMs;
        });
        if (counts.attemptsAtHanging > mostAttempts) {
          simulation.fail(spared, `${counts.attemptsAtHanging} calls ended at their timeout`);
        }
        if (answeredMs < forMs - 1_000)
          simulation.fail('it is called again once it is back', `last at ${answeredMs}`);
        return { ...counts };
      },
    ),
};
