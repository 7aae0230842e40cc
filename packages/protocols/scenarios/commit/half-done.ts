/**
 * A change in four places, one after the other, by one process that goes down now and then. Done by hand, what was under
 * way is forgotten: a name is free, its rooms are not, and nobody knows. A saga writes down how far it is, and goes on
 * after every start until all is done, or all is undone.
 */
import type { Simulation } from '@bothy/simulator';
import { Saga } from '../../src/commit/saga.ts';
import type { SagaOutput, SagaRecord, SagaStep, StepOutcome } from '../../src/commit/saga-messages.ts';
import { seededRandom } from '../../src/random.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

const name = 'protocols/half-done';
const breaks = 'all or nothing';
const steps: readonly SagaStep[] = [
  { name: 'name', kind: 'compensatable' },
  { name: 'rooms', kind: 'compensatable' },
  { name: 'mailbox', kind: 'pivot' },
  { name: 'backups', kind: 'retriable' },
];
const people = 12;
/** People are removed, and the process crashes, within this; then there is time for all to end. */
const busyMs = 15_000;
const endMs = 120_000;
const noAnswerMs = 300;
const options = { againMs: 200, againMaxMs: 2_000, maxAttempts: 4, maxOpen: people, maxRemembered: people };

class Orchestrator {
  readonly #simulation: Simulation;
  readonly #isFixed: boolean;
  readonly #disk = new Map<string, SagaRecord>();
  /** What was done and not undone, as `person step`. */
  readonly marks = new Set<string>();
  crashes = 0;
  #saga: Saga | undefined;
  #timers = new Map<string, () => void>();

  constructor(simulation: Simulation, isFixed: boolean) {
    this.#simulation = simulation;
    this.#isFixed = isFixed;
    this.start();
  }

  get records(): readonly SagaRecord[] {
    return [...this.#disk.values()];
  }

  start(): void {
    if (this.#saga !== undefined) return;
    this.#saga = new Saga(options, seededRandom(`saga ${this.crashes}`));
    // The one switch: whether how far each is was written down.
    this.#act(this.#saga, this.#saga.recover(this.#isFixed ? this.records : []));
  }

  crash(): void {
    if (this.#saga === undefined) return;
    this.#simulation.note('the process goes down');
    this.crashes += 1;
    this.#saga = undefined;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** False when it is down. */
  begin(person: string): boolean {
    if (this.#saga === undefined) return false;
    const outputs: SagaOutput[] = [];
    this.#saga.begin(outputs, person, person, steps);
    this.#act(this.#saga, outputs);
    return true;
  }

  /** Whether it turns back. */
  cancel(person: string): boolean {
    const outputs: SagaOutput[] = [];
    if (this.#saga?.cancel(outputs, person, 'somebody thought better of it') !== true) return false;
    this.#act(this.#saga, outputs);
    return true;
  }

  #act(saga: Saga, outputs: readonly SagaOutput[]): void {
    for (const output of outputs) {
      if (output.kind === 'persist') this.#disk.set(output.record.saga, output.record);
      else if (output.kind === 'carryOut' || output.kind === 'undo') this.#ask(saga, output);
      else if (output.kind === 'ended')
        this.#simulation.note(`${output.record.subject}: ${output.record.state}`);
      else if (output.kind === 'setTimer' || output.kind === 'clearTimer') {
        this.#timers.get(output.key)?.();
        if (output.kind === 'clearTimer') continue;
        const fired = (): void => this.#act(saga, saga.timerFired(output.key));
        this.#timers.set(output.key, this.#simulation.after(output.afterMs, fired));
      }
    }
  }

  /** A place may be away, may refuse for good before the pivot, and may do it without anybody hearing of it. */
  #ask(saga: Saga, { kind, subject, step }: Extract<SagaOutput, { kind: 'carryOut' | 'undo' }>): void {
    const simulation = this.#simulation;
    const random = simulation.random('places');
    const [isAway, isDeaf, refuses] = [random.next() < 0.2, random.next() < 0.1, random.next() < 0.15];
    const answer = (outcome: StepOutcome): void => {
      if (saga !== this.#saga) return;
      const trouble = outcome === 'done' ? undefined : `${step} is out of order`;
      this.#act(saga, saga.stepEnded(kind, subject, step, outcome, trouble));
    };
    const isCompensatable = steps.some((each) => each.name === step && each.kind === 'compensatable');
    const wayMs = 5 + random.below(60);
    if (isAway) return void simulation.after(noAnswerMs, () => answer('again'));
    if (refuses && kind === 'carryOut' && isCompensatable)
      return void simulation.after(wayMs, () => answer('failed'));
    simulation.after(wayMs, () => {
      const mark = `${subject} ${step}`;
      if (kind === 'carryOut') this.marks.add(mark);
      else this.marks.delete(mark);
      simulation.note(`${step} of ${subject}: ${kind === 'carryOut' ? 'removed' : 'put back'}`);
      simulation.after(isDeaf ? noAnswerMs : wayMs, () => answer(isDeaf ? 'again' : 'done'));
    });
  }
}

export const halfDone: KnownFailure = {
  name,
  title: 'A process goes down between the steps of a change, and nobody finishes it or takes it back',
  source: 'Garcia-Molina, Salem: "Sagas", SIGMOD 1987 (backward and forward recovery)',
  breaks,
  seeds: 10,
  scenario: (isFixed) =>
    narrated(variantOf(name, isFixed), 'Twelve people are removed in four places each', (simulation) => {
      const random = simulation.random('world');
      const orchestrator = new Orchestrator(simulation, isFixed);
      const turnedBack = new Set<string>();
      const takeBack = (person: string): void => {
        if (!orchestrator.cancel(person)) return;
        simulation.note(`the removal of ${person} is taken back`);
        turnedBack.add(person);
      };
      const remove = (person: string, isTakenBack: boolean): void => {
        if (!orchestrator.begin(person)) simulation.after(200, () => remove(person, isTakenBack));
        else if (isTakenBack) simulation.after(random.below(300), () => takeBack(person));
      };
      for (let at = 1; at <= people; at++)
        simulation.after(random.below(busyMs), () => remove(`person ${at}`, at % 3 === 0));
      const disturb = (): void => {
        if (simulation.nowMs > busyMs) return;
        orchestrator.crash();
        simulation.after(100 + random.below(500), () => orchestrator.start());
        simulation.after(600 + random.below(1_500), disturb);
      };
      simulation.after(random.below(2_000), disturb);
      simulation.run(endMs);
      const counts = {
        completed: 0,
        compensated: 0,
        cancelled: turnedBack.size,
        crashes: orchestrator.crashes,
      };
      for (const { subject } of orchestrator.records) {
        const [gone = [], kept = []] = [true, false].map((isGone) =>
          steps.filter((step) => orchestrator.marks.has(`${subject} ${step.name}`) === isGone),
        );
        if (gone.length === 0 || kept.length === 0) continue;
        const [left, right] = [gone, kept].map((some) => some.map((step) => step.name).join(' and '));
        simulation.fail(breaks, `of ${subject} what is gone is ${left}, and ${right} is still there`);
      }
      for (const { subject, state } of orchestrator.records) {
        if (state === 'completed') counts.completed += 1;
        else if (state === 'compensated') counts.compensated += 1;
        else simulation.fail(breaks, `nobody goes on with ${subject}`);
        if (state === 'completed' && turnedBack.has(subject))
          simulation.fail('who was told that it turns back is not disappointed', subject);
      }
      return counts;
    }),
};
