/**
 * Members of `paper-raft.ts` and a schedule of who reaches whom, who is a candidate and what is asked for; a seed varies
 * how long messages and disks take, and no step begins before the one before has come to rest.
 */
import type { MemberId } from '@bothy/protocols';
import { type Scenario, type ScenarioResult, type SimProcess, Simulation } from '@bothy/simulator';
import {
  type PaperEntry,
  type PaperInput,
  type PaperMessage,
  type PaperOutput,
  PaperRaft,
  type PaperState,
  type PaperSwitches,
} from './paper-raft.ts';

/** One step: who reaches whom from now on, and what is then asked of whom. */
export interface PaperStep {
  /** Everybody else is alone. */
  readonly together: readonly MemberId[];
  readonly at: MemberId;
  readonly input: Exclude<PaperInput, { kind: 'message' }>;
  /** `at` then reaches nobody, once it has come so far: it is elected, and what it sends first is lost. */
  readonly alone?: boolean;
}

export interface PaperSchedule {
  readonly founders: readonly MemberId[];
  readonly others: readonly MemberId[];
  readonly steps: readonly PaperStep[];
}

const blank: PaperState = { term: 0, votedFor: null, log: [] };
/** Longer than anything is under way. */
const restMs = 500;

export function paperScenario(
  name: string,
  title: string,
  schedules: readonly PaperSchedule[],
  switches: PaperSwitches,
): Scenario {
  return {
    name,
    title,
    run: (seed) => {
      const simulation = new Simulation({ seed, scenario: name });
      const schedule = schedules[simulation.random('schedule').below(schedules.length)];
      if (schedule === undefined) throw new RangeError('no schedules');
      return new PaperWorld(simulation, schedule, switches).run();
    },
  };
}

class PaperWorld {
  readonly #simulation: Simulation;
  readonly #schedule: PaperSchedule;
  readonly #processes = new Map<MemberId, SimProcess<PaperInput, PaperOutput, PaperState[]>>();
  readonly #cores = new Map<MemberId, PaperRaft>();
  /** By index: what somebody has committed first. */
  readonly #committed = new Map<number, { readonly by: MemberId; readonly text: string }>();

  constructor(simulation: Simulation, schedule: PaperSchedule, switches: PaperSwitches) {
    this.#simulation = simulation;
    this.#schedule = schedule;
    simulation.network.setFaults({ minDelayMs: 1, maxDelayMs: 20, loss: 0, duplicate: 0, reorder: false });
    for (const id of [...schedule.founders, ...schedule.others]) this.#add(id, switches);
  }

  run(): ScenarioResult {
    const simulation = this.#simulation;
    const ids = [...this.#processes.keys()];
    simulation.run(1);
    for (const { together, at, input, alone } of this.#schedule.steps) {
      simulation.network.heal();
      for (const id of ids) {
        const others = ids.filter((each) => each !== id);
        if (!together.includes(id)) simulation.network.partition([id], others);
      }
      simulation.note(`together: ${together.join(', ')}. ${stepWords(at, input)}`);
      this.#processes.get(at)?.submit(input);
      if (alone === true) this.#isolateOnceElected(at);
      simulation.run(restMs);
    }
    const { trace, network } = simulation;
    const counts = { ...network.counts, committed: this.#committed.size };
    return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(60), counts };
  }

  #isolateOnceElected(id: MemberId): void {
    if (this.#cores.get(id)?.role !== 'leader') {
      // Sooner than anything that it sends arrives.
      this.#simulation.after(0.5, () => this.#isolateOnceElected(id));
      return;
    }
    const others = [...this.#processes.keys()].filter((each) => each !== id);
    this.#simulation.note(`${id} is elected, and cut off`);
    this.#simulation.network.partition([id], others);
  }

  #add(id: MemberId, switches: PaperSwitches): void {
    const { network } = this.#simulation;
    const process = this.#simulation.addProcess<PaperInput, PaperOutput, PaperState[]>({
      id,
      createStore: () => [blank],
      write: (store, state) => (store[0] = state),
      boot: ({ store }) => {
        const core = new PaperRaft(id, this.#schedule.founders, switches, store[0] ?? blank);
        this.#cores.set(id, core);
        return core;
      },
      perform: (output) => {
        if (output.kind === 'send') network.send(id, output.to, output.message);
        else this.#commits(id, output.index, output.entry);
      },
      ask: () => {
        throw new Error('Raft asks nothing');
      },
    });
    this.#processes.set(id, process);
    network.on(id, (from, message) => {
      process.submit({ kind: 'message', from, message: message as PaperMessage });
    });
  }

  #commits(by: MemberId, index: number, { term, value }: PaperEntry): void {
    const text = `“${value}” of term ${term}`;
    this.#simulation.note(`${by} commits ${index}: ${text}`);
    const first = this.#committed.get(index);
    if (first === undefined) this.#committed.set(index, { by, text });
    else if (first.text !== text) {
      const sentence = `${first.by} has committed ${first.text} as ${index}, and ${by} ${text}`;
      this.#simulation.violated('state-machine safety', sentence);
    }
  }
}

function stepWords(at: MemberId, input: PaperStep['input']): string {
  return input.kind === 'campaign' ? `${at} asks for votes` : `${at} is given “${input.value}”`;
}
