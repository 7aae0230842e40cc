/**
 * An orchestrator of sagas with a disk, and steps that leave marks in the world. A step may fail, may have an effect
 * and not say so, and the process may crash before any of its outputs took effect.
 */

import { Saga } from '../src/commit/saga.ts';
import type { SagaOutput, SagaRecord, SagaStep, StepOutcome } from '../src/commit/saga-messages.ts';
import { seededRandom } from '../src/random.ts';

/** How one attempt ends. `unsaid`: it had its effect, and the answer is `again`. */
export type Attempt = StepOutcome | 'unsaid';

export interface SagaWorldOptions {
  readonly steps: readonly SagaStep[];
  /** How the next attempt at a step ends; `done` unless given. */
  readonly attempt?: (step: string, direction: 'carryOut' | 'undo') => Attempt;
  /** A way to build it wrong: what comes out of the orchestrator is changed. */
  readonly outputs?: (outputs: readonly SagaOutput[]) => readonly SagaOutput[];
}

type Asked = Extract<SagaOutput, { kind: 'carryOut' | 'undo' }>;

export class SagaWorld {
  readonly disk = new Map<string, SagaRecord>();
  /** What steps have done and not undone, as `saga step`. */
  readonly marks = new Set<string>();
  /** Everything that was ever marked or unmarked, in order: `+ saga step`, `- saga step`. */
  readonly changes: string[] = [];
  readonly ended: SagaRecord[] = [];
  /** Sagas of which somebody was told that they turn back. */
  readonly cancelled = new Set<string>();
  readonly transcript: string[] = [];
  effects = 0;
  /** Dies before the output of this number takes effect. */
  crashAt: number | undefined;
  orchestrator: Saga | undefined;
  readonly #options: SagaWorldOptions;
  #asked: Asked[] = [];
  readonly #timers = new Set<string>();

  constructor(options: SagaWorldOptions) {
    this.#options = options;
    this.orchestrator = this.#make();
  }

  get isIdle(): boolean {
    return this.#asked.length === 0 && this.#timers.size === 0;
  }

  begin(saga: string, subject = 'ana'): void {
    const outputs: SagaOutput[] = [];
    const begun = this.orchestrator?.begin(outputs, saga, subject, this.#options.steps);
    if (begun !== undefined) this.#log(`<- begin ${saga} of ${subject}: ${begun.kind}`);
    this.#act(outputs);
  }

  cancel(saga: string): void {
    const outputs: SagaOutput[] = [];
    const isTaken = this.orchestrator?.cancel(outputs, saga, 'Somebody thought better of it.');
    if (isTaken !== undefined) this.#log(`<- cancel ${saga}: ${isTaken ? 'turns back' : 'too late'}`);
    this.#act(outputs);
    // Told once all that is durable: who crashes before has promised nothing.
    if (isTaken === true && this.orchestrator !== undefined) this.cancelled.add(saga);
  }

  /** Carries out, or undoes, what is asked for first. */
  answer(): void {
    const asked = this.#asked.shift();
    if (asked === undefined) return;
    const { kind, saga, step } = asked;
    const said = this.#options.attempt?.(step, kind) ?? 'done';
    // A pivot looks whether it was done before it says that it failed.
    const isPivot = this.#options.steps.some((each) => each.name === step && each.kind === 'pivot');
    const attempt = said === 'failed' && isPivot && this.marks.has(`${saga} ${step}`) ? 'done' : said;
    if (attempt === 'done' || attempt === 'unsaid') this.#mark(kind, `${saga} ${step}`);
    const outcome = attempt === 'unsaid' ? 'again' : attempt;
    const trouble = outcome === 'done' ? undefined : `${step} is out of order.`;
    this.#log(`<- ${kind} ${saga} ${step}: ${outcome}`);
    this.#act(this.orchestrator?.stepEnded(kind, saga, step, outcome, trouble) ?? []);
  }

  fire(): void {
    const [key] = this.#timers;
    if (key === undefined) return;
    this.#timers.delete(key);
    this.#log(`<- timer ${key}`);
    this.#act(this.orchestrator?.timerFired(key) ?? []);
  }

  /** `isLate`: what was asked for had its effect, and nobody heard of it. */
  crash(isLate = false): void {
    if (this.orchestrator === undefined) return;
    this.#log('crashes');
    if (isLate) for (const { kind, saga, step } of this.#asked) this.#mark(kind, `${saga} ${step}`);
    this.orchestrator = undefined;
    this.#asked = [];
    this.#timers.clear();
  }

  restart(): void {
    if (this.orchestrator !== undefined) return;
    this.#log('starts again');
    this.orchestrator = this.#make();
    this.#act(this.orchestrator.recover([...this.disk.values()]));
  }

  /** Goes on until nothing is to be done. Throws when it never comes to rest. */
  finish(): void {
    this.crashAt = undefined;
    this.restart();
    for (let round = 0; round < 2_000 && !this.isIdle; round++) {
      this.answer();
      this.fire();
    }
    if (!this.isIdle) throw new Error('it never comes to rest');
  }

  #mark(direction: 'carryOut' | 'undo', mark: string): void {
    if (direction === 'carryOut') this.marks.add(mark);
    else this.marks.delete(mark);
    this.changes.push(`${direction === 'carryOut' ? '+' : '-'} ${mark}`);
  }

  #make(): Saga {
    const options = { againMs: 1_000, againMaxMs: 8_000, maxAttempts: 3, maxOpen: 3, maxRemembered: 4 };
    return new Saga(options, seededRandom('saga'));
  }

  #act(outputs: readonly SagaOutput[]): void {
    for (const output of this.#options.outputs?.(outputs) ?? outputs) {
      if (this.effects === this.crashAt) {
        this.crashAt = undefined;
        return this.crash(this.effects % 2 === 1);
      }
      this.effects += 1;
      this.#log(`   -> ${describe(output)}`);
      this.#take(output);
    }
  }

  #take(output: SagaOutput): void {
    switch (output.kind) {
      case 'persist':
        this.disk.set(output.record.saga, output.record);
        return;
      case 'forget':
        this.disk.delete(output.saga);
        return;
      case 'setTimer':
        this.#timers.add(output.key);
        return;
      case 'clearTimer':
        this.#timers.delete(output.key);
        return;
      case 'ended':
        this.ended.push(output.record);
        return;
      default:
        this.#asked.push(output);
    }
  }

  #log(line: string): void {
    this.transcript.push(line);
  }
}

function describe(output: SagaOutput): string {
  switch (output.kind) {
    case 'persist':
    case 'ended': {
      const { saga, state, done, steps } = output.record;
      return `${output.kind} ${saga} ${state}, ${done} of ${steps.length}`;
    }
    case 'carryOut':
    case 'undo':
      return `${output.kind} ${output.saga} ${output.step}`;
    case 'forget':
      return `forget ${output.saga}`;
    default:
      return `${output.kind} ${output.key}`;
  }
}
