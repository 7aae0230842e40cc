/** The same small core twice: one waits for its disk before it answers, one does not. Crashes tell them apart. */
import type { Core, Persist } from '@bothy/protocols';
import { Simulation } from '@bothy/simulator';

type Input = { readonly kind: 'add'; readonly n: number };
type Output = Persist<number> | { readonly kind: 'reply'; readonly n: number; readonly early?: true };

/** Writes twenty numbers while the process crashes now and then. Returns what was acknowledged and is lost. */
function run(seed: string, isHasty: boolean): { lost: number[]; traceHash: string } {
  const simulation = new Simulation({ seed });
  const acknowledged: number[] = [];
  const core: Core<Input, Output> = {
    step: ({ n }) => [
      { kind: 'persist', writes: [n] },
      { kind: 'reply', n, ...(isHasty && { early: true }) },
    ],
  };
  const counter = simulation.addProcess<Input, Output, number[]>({
    id: 'counter',
    createStore: () => [],
    write: (store, n) => store.push(n),
    boot: () => core,
    perform: ({ n }) => acknowledged.push(n),
    ask: () => {},
  });
  const random = simulation.random('schedule');
  for (let n = 1; n <= 20; n++)
    simulation.after(random.below(1_000), () => counter.submit({ kind: 'add', n }));
  for (let i = 0; i < 3; i++) {
    const atMs = random.below(1_000);
    simulation.after(atMs, () => counter.crash());
    simulation.after(atMs + 50, () => counter.start());
  }
  simulation.run(2_000);
  return { lost: acknowledged.filter((n) => !counter.store.includes(n)), traceHash: simulation.trace.hash };
}

const seeds = Array.from({ length: 200 }, (_, i) => String(i));
console.log(
  `waits for the disk: ${seeds.filter((seed) => run(seed, false).lost.length > 0).length} of 200 seeds lose`,
);
const seed = seeds.find((each) => run(each, true).lost.length > 0);
if (seed === undefined) throw new Error('no seed found the fault');
console.log(`answers at once: seed ${seed} loses number ${run(seed, true).lost.join()}`);
const [first, again] = [run(seed, true), run(seed, true)];
const isSame = first.traceHash === again.traceHash;
console.log(`the same seed again: ${isSame ? 'the same run, step by step' : 'another run'}`);
