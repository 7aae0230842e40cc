/**
 * For tests: a counter that acknowledges what it has counted, and a client that
 * asks over the network until it is acknowledged. `honest: false` is the
 * planted fault: it acknowledges before the count is durable.
 */
import type { Core, Lookup, Persist } from '@bothy/protocols';
import { type FaultProfile, injectFaults } from './fault-injection.ts';
import type { Scenario } from './scenario.ts';
import type { SimProcess } from './sim-process.ts';
import { Simulation } from './simulation.ts';

type CounterInput =
  | { readonly kind: 'add'; readonly id: number }
  | { readonly kind: 'look' }
  | { readonly kind: 'found'; readonly id: string; readonly answer: number }
  | { readonly kind: 'timer'; readonly key: string };
type CounterOutput =
  | Persist<number>
  | Lookup<string>
  | { readonly kind: 'acknowledge'; readonly id: number; readonly early?: true }
  | { readonly kind: 'setTimer'; readonly key: string; readonly afterMs: number };

class CounterCore implements Core<CounterInput, CounterOutput> {
  readonly #counted: Set<number>;
  readonly #early: { readonly early?: true };

  constructor(counted: readonly number[], isHonest: boolean) {
    this.#counted = new Set(counted);
    this.#early = isHonest ? {} : { early: true };
  }

  step(input: CounterInput): readonly CounterOutput[] {
    if (input.kind === 'look') return [{ kind: 'lookup', id: 'count', query: 'all' }];
    if (input.kind !== 'add') return [];
    const { id } = input;
    const acknowledge: CounterOutput = { kind: 'acknowledge', id, ...this.#early };
    if (this.#counted.has(id)) return [acknowledge];
    this.#counted.add(id);
    return [{ kind: 'persist', writes: [id] }, acknowledge];
  }
}

export const roughFaults: FaultProfile = {
  crashEveryMs: 300,
  partitionEveryMs: 500,
  clockJumpEveryMs: 500,
  diskFailureEveryMs: 700,
  partialPartitionEveryMs: 700,
  diskStallEveryMs: 700,
  maxOutageMs: 300,
  maxSkewMs: 60_000,
};

export interface CounterWorld {
  readonly simulation: Simulation;
  readonly counter: SimProcess<CounterInput, CounterOutput, number[]>;
  readonly acknowledged: Set<number>;
}

export function counterWorld(seed: string, isHonest = true, requests = 40): CounterWorld {
  const simulation = new Simulation({ seed, scenario: 'test/counter' });
  const { network } = simulation;
  const acknowledged = new Set<number>();
  const counter = simulation.addProcess<CounterInput, CounterOutput, number[]>({
    id: 'counter',
    createStore: () => [],
    write: (store, id) => store.push(id),
    boot: ({ store }) => new CounterCore(store, isHonest),
    perform: (output) => network.send('counter', 'client', output.id),
    ask: (question, answer) => answer({ kind: 'found', id: question.id, answer: counter.store.length }),
  });
  network.setFaults({ minDelayMs: 1, maxDelayMs: 20, loss: 0.1, duplicate: 0.1, reorder: true });
  network.on('counter', (_, id) => void counter.submit({ kind: 'add', id: Number(id) }));
  network.on('client', (_, id) => acknowledged.add(Number(id)));
  const ask = (id: number): void => {
    if (acknowledged.has(id)) return;
    network.send('client', 'counter', id);
    simulation.after(100, () => ask(id));
  };
  for (let id = 0; id < requests; id++)
    simulation.after(simulation.random('requests').below(2_000), () => ask(id));
  simulation.addInvariant('acknowledged is durable', () => {
    const lost = [...acknowledged].find((id) => !counter.store.includes(id));
    return lost === undefined ? undefined : `${lost} was acknowledged and is not durable`;
  });
  simulation.addInvariant('counted once', () =>
    new Set(counter.store).size === counter.store.length ? undefined : 'a number was counted twice',
  );
  return { simulation, counter, acknowledged };
}

export function counterScenario(isHonest: boolean): Scenario {
  return {
    name: 'test/counter',
    title: 'A counter is asked while it crashes',
    run(seed) {
      const { simulation, counter, acknowledged } = counterWorld(seed, isHonest);
      injectFaults(simulation, roughFaults, 3_000);
      simulation.run(3_000);
      if (!simulation.runUntilIdle(10_000)) simulation.fail('all is answered', 'the client still asks');
      if (acknowledged.size !== 40) simulation.fail('all is answered', `${acknowledged.size} of 40`);
      const { trace } = simulation;
      const counts = { boots: counter.bootCount, ...simulation.network.counts };
      return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(50), counts };
    },
  };
}
