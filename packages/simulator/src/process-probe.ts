/** For tests of processes: a core that does what it is told, and writes down what it takes in. */
import type { Core, Kinded, Lookup, Now, Persist } from '@bothy/protocols';
import type { ProcessOptions, SimProcess } from './sim-process.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';

export type ProbeOutput =
  | Persist<string>
  | Lookup<string>
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'setTimer'; readonly key: string; readonly afterMs: number };

export type ProbeInput =
  | { readonly kind: 'do'; readonly outputs: readonly ProbeOutput[] }
  | { readonly kind: 'throw'; readonly error: Error }
  | { readonly kind: 'timer'; readonly key: string }
  | { readonly kind: 'durable'; readonly token: string }
  | { readonly kind: 'found'; readonly id: string; readonly answer: readonly string[] };

/** One input that a core took in, with the clocks that it was shown and the true time. */
export interface Seen {
  readonly boot: number;
  readonly input: ProbeInput;
  readonly now: Now;
  readonly trueMs: number;
}

export interface Probe {
  readonly simulation: Simulation;
  readonly process: SimProcess<ProbeInput, ProbeOutput, string[]>;
  readonly seen: Seen[];
  readonly said: string[];
  /** What each start found on the disk. */
  readonly boots: string[][];
  do(...outputs: ProbeOutput[]): boolean;
  /** Seen inputs of one kind. */
  of<Kind extends ProbeInput['kind']>(kind: Kind): Extract<ProbeInput, { kind: Kind }>[];
}

type Options = Partial<ProcessOptions<ProbeInput, ProbeOutput, string[]>>;

/** A simulation with one process, `probe`, that has just started. */
export function probe(options: Options = {}, world: Partial<SimulationOptions> = {}): Probe {
  const simulation = new Simulation({ seed: '1', ...world });
  const seen: Seen[] = [];
  const said: string[] = [];
  const boots: string[][] = [];
  const process = simulation.addProcess<ProbeInput, ProbeOutput, string[]>({
    id: 'probe',
    createStore: () => [],
    write: (store, write) => store.push(write),
    boot: ({ bootCount, store }): Core<ProbeInput, ProbeOutput> => {
      boots.push([...store]);
      return {
        step: (input, now) => {
          seen.push({ boot: bootCount, input, now, trueMs: simulation.nowMs });
          if (input.kind === 'throw') throw input.error;
          return input.kind === 'do' ? input.outputs : [];
        },
      };
    },
    perform: ({ text }) => said.push(text),
    ask: ({ id }, answer) => answer({ kind: 'found', id, answer: [...process.store] }),
    ...options,
  });
  simulation.run(0);
  return {
    simulation,
    process,
    seen,
    said,
    boots,
    do: (...outputs) => process.submit({ kind: 'do', outputs }),
    of: (kind) => seen.map(({ input }) => input).filter((input) => isOf(input, kind)),
  };
}

function isOf<Kind extends ProbeInput['kind']>(
  input: Kinded,
  kind: Kind,
): input is Extract<ProbeInput, { kind: Kind }> {
  return input.kind === kind;
}

export const say = (text: string): ProbeOutput => ({ kind: 'say', text });
export const persist = (...writes: string[]): ProbeOutput => ({
  kind: 'persist',
  writes,
  token: writes.join(),
});
export const lookup = (id: string): ProbeOutput => ({ kind: 'lookup', id, query: id });
export const setTimer = (key: string, afterMs: number): ProbeOutput => ({ kind: 'setTimer', key, afterMs });
