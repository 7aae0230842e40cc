/**
 * The orchestrator of sagas (Garcia-Molina, Salem: "Sagas", SIGMOD 1987): a long change as a chain of steps, each done
 * by itself, with a step that undoes it. Rules SG1… in SPEC.md.
 *
 *   begin ─▶ running ──last step done──▶ completed
 *               └──a step fails for good, or it is cancelled, before the pivot──▶ compensating ──all undone──▶ compensated
 */
import type { Random } from '../random.ts';
import { expectPositive, RetryWaits } from './retry-waits.ts';
import type {
  SagaId,
  SagaOutput,
  SagaProgress,
  SagaRecord,
  SagaState,
  SagaStep,
  StepOutcome,
} from './saga-messages.ts';

export interface SagaOptions {
  /** From one attempt at a step to the next; doubling up to `againMaxMs`. */
  readonly againMs: number;
  readonly againMaxMs: number;
  /**
   * Attempts at a step before the pivot after which it counts as failed; the pivot, what comes after it and what is
   * undone is tried for ever. @default 10
   */
  readonly maxAttempts?: number;
  /** Sagas that have not ended; `begin` refuses more. */
  readonly maxOpen: number;
  /** Ended ones that are remembered, also over a restart; the oldest goes first. */
  readonly maxRemembered: number;
}

export type Begun =
  | { readonly kind: 'begun' }
  /** This id is known: nothing changes. */
  | { readonly kind: 'known' }
  /** Another one about the same subject has not ended. */
  | { readonly kind: 'busy'; readonly saga: SagaId }
  | { readonly kind: 'full' };

interface Open {
  record: SagaRecord;
  waits: RetryWaits;
  attempts: number;
  /** An attempt runs; otherwise the next one waits for its timer. */
  isRunning: boolean;
  trouble: string | undefined;
  /** An attempt before this one may have had an effect: one that failed does not speak for it. */
  isHalf: boolean;
}

export class Saga {
  readonly #options: Required<SagaOptions>;
  readonly #random: Random;
  readonly #open = new Map<SagaId, Open>();
  /** The oldest first. */
  readonly #ended = new Map<SagaId, SagaRecord>();

  /** Throws a RangeError when a time or bound is not above 0, or `againMaxMs` is below `againMs`. */
  constructor({ maxAttempts = 10, ...options }: SagaOptions, random: Random) {
    const { againMs, againMaxMs, maxOpen, maxRemembered } = options;
    expectPositive({ maxAttempts, maxOpen, maxRemembered });
    new RetryWaits(againMs, againMaxMs, random);
    this.#options = { ...options, maxAttempts };
    this.#random = random;
  }

  /**
   * Takes up what was open before a crash: the step that was under way is carried out, or undone, once more. Throws a
   * RangeError for a record that says more steps done than it has.
   */
  recover(records: readonly SagaRecord[]): readonly SagaOutput[] {
    const outputs: SagaOutput[] = [];
    for (const record of records) {
      if (isEnded(record.state)) this.#remember(outputs, record);
      else this.#resume(outputs, this.#add(record, true));
    }
    return outputs;
  }

  /** Throws a RangeError when the steps are not a saga: none, a name twice, or kinds in another order. */
  begin(outputs: SagaOutput[], saga: SagaId, subject: string, steps: readonly SagaStep[]): Begun {
    expectSteps(steps);
    if (this.#open.has(saga) || this.#ended.has(saga)) return { kind: 'known' };
    for (const [id, { record }] of this.#open) {
      if (record.subject === subject) return { kind: 'busy', saga: id };
    }
    if (this.#open.size >= this.#options.maxOpen) return { kind: 'full' };
    const open = this.#add({ saga, subject, steps, state: 'running', done: 0 }, false);
    outputs.push({ kind: 'persist', record: open.record });
    this.#goOn(outputs, open);
    return { kind: 'begun' };
  }

  /** How a `carryOut` or `undo` ended. What is not being waited for changes nothing. */
  stepEnded(
    direction: 'carryOut' | 'undo',
    saga: SagaId,
    step: string,
    outcome: StepOutcome,
    trouble?: string,
  ): readonly SagaOutput[] {
    const outputs: SagaOutput[] = [];
    const open = this.#open.get(saga);
    if (open?.isRunning !== true || directionOf(open.record) !== direction) return outputs;
    if (currentStep(open.record).name !== step) return outputs;
    open.isRunning = false;
    open.trouble = trouble;
    if (outcome === 'done') this.#stepDone(outputs, open);
    else this.#stepNotDone(outputs, open, outcome, trouble);
    return outputs;
  }

  /** Turns back, where that is possible still: false once the pivot may have been done. */
  cancel(outputs: SagaOutput[], saga: SagaId, reason: string): boolean {
    const open = this.#open.get(saga);
    if (open === undefined || !mayTurnBack(open.record)) return false;
    // What cannot be undone may have been done already.
    if (currentStep(open.record).kind !== 'compensatable' && open.attempts > 0) return false;
    // What runs cannot be called back: it is waited for, and a crash meanwhile must not forget what was promised here.
    if (!open.isRunning) this.#turnBack(outputs, open, reason, open.attempts > 0);
    else if (open.record.cancelled === undefined) {
      open.record = { ...open.record, cancelled: reason };
      outputs.push({ kind: 'persist', record: open.record });
    }
    return true;
  }

  timerFired(key: string): readonly SagaOutput[] {
    const outputs: SagaOutput[] = [];
    const open = this.#open.get(key.slice(prefix.length));
    if (key.startsWith(prefix) && open?.isRunning === false) this.#goOn(outputs, open);
    return outputs;
  }

  /** Undefined for one that was never begun, or ended longer ago than is remembered. */
  progressOf(saga: SagaId): SagaProgress | undefined {
    const open = this.#open.get(saga);
    if (open === undefined) {
      const ended = this.#ended.get(saga);
      return ended && endedProgress(ended);
    }
    return progressOf(open);
  }

  /** All that are remembered, those that ended first before those that have not. */
  get all(): readonly SagaProgress[] {
    return [...[...this.#ended.values()].map(endedProgress), ...[...this.#open.values()].map(progressOf)];
  }

  #resume(outputs: SagaOutput[], open: Open): void {
    const { cancelled } = open.record;
    if (cancelled === undefined) this.#goOn(outputs, open);
    // The step that ran may have had its effect.
    else this.#turnBack(outputs, open, cancelled, true);
  }

  #stepDone(outputs: SagaOutput[], open: Open): void {
    const { record } = open;
    const isBack = record.state === 'compensating';
    const done = record.done + (isBack ? -1 : 1);
    this.#restartWaits(open);
    if (record.cancelled !== undefined) {
      open.record = { ...record, done };
      return this.#turnBack(outputs, open, record.cancelled, false);
    }
    const isLast = done === (isBack ? 0 : record.steps.length);
    const state = isLast ? (isBack ? 'compensated' : 'completed') : record.state;
    this.#write(outputs, open, { ...record, done, state });
  }

  #stepNotDone(outputs: SagaOutput[], open: Open, outcome: StepOutcome, trouble: string | undefined): void {
    const { record, attempts } = open;
    const { cancelled } = record;
    const step = currentStep(record);
    const mayFail = mayTurnBack(record) && step.kind !== 'retriable';
    const isPivot = step.kind === 'pivot';
    open.isHalf ||= outcome === 'again';
    const isTooMany = attempts >= this.#options.maxAttempts;
    // Whether a pivot that said `again` was done is not known: it is tried until it says more.
    if (mayFail && (outcome === 'failed' || (!isPivot && (isTooMany || cancelled !== undefined)))) {
      const reason = cancelled ?? trouble ?? `${step.name} failed.`;
      return this.#turnBack(outputs, open, reason, open.isHalf && !isPivot);
    }
    const afterMs = open.waits.nextMs();
    outputs.push({ kind: 'setTimer', key: `${prefix}${record.saga}`, afterMs });
  }

  /** `isHalf`: the step that was under way may have had an effect, so it is undone as well. */
  #turnBack(outputs: SagaOutput[], open: Open, reason: string, isHalf: boolean): void {
    const { cancelled: _, ...record } = open.record;
    const done = record.done + (isHalf ? 1 : 0);
    this.#restartWaits(open);
    outputs.push({ kind: 'clearTimer', key: `${prefix}${record.saga}` });
    const state = done === 0 ? 'compensated' : 'compensating';
    this.#write(outputs, open, { ...record, done, state, reason });
  }

  #write(outputs: SagaOutput[], open: Open, record: SagaRecord): void {
    open.record = record;
    outputs.push({ kind: 'persist', record });
    if (!isEnded(record.state)) return this.#goOn(outputs, open);
    this.#open.delete(record.saga);
    outputs.push({ kind: 'ended', record });
    this.#remember(outputs, record);
  }

  #goOn(outputs: SagaOutput[], open: Open): void {
    const { record } = open;
    const step = currentStep(record);
    open.attempts += 1;
    open.isRunning = true;
    const { saga, subject } = record;
    outputs.push({ kind: directionOf(record), saga, subject, step: step.name });
  }

  #restartWaits(open: Open): void {
    const { againMs, againMaxMs } = this.#options;
    open.waits = new RetryWaits(againMs, againMaxMs, this.#random);
    open.attempts = 0;
    open.isHalf = false;
    open.trouble = undefined;
  }

  #add(record: SagaRecord, isHalf: boolean): Open {
    const { againMs, againMaxMs } = this.#options;
    const waits = new RetryWaits(againMs, againMaxMs, this.#random);
    const open: Open = { record, waits, attempts: 0, isRunning: false, isHalf, trouble: undefined };
    this.#open.set(record.saga, open);
    return open;
  }

  #remember(outputs: SagaOutput[], record: SagaRecord): void {
    this.#ended.set(record.saga, record);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size <= this.#options.maxRemembered || oldest === undefined) return;
    this.#ended.delete(oldest);
    outputs.push({ kind: 'forget', saga: oldest });
  }
}

/** Of the timer that a saga's next attempt waits for. */
const prefix = 'saga ';

function endedProgress(record: SagaRecord): SagaProgress {
  return { ...record, attempts: 0 };
}

function progressOf({ record, attempts, trouble }: Open): SagaProgress {
  const said = trouble === undefined ? {} : { trouble };
  return { ...record, attempts, step: currentStep(record).name, ...said };
}

function isEnded(state: SagaState): boolean {
  return state === 'completed' || state === 'compensated';
}

function directionOf({ state }: SagaRecord): 'carryOut' | 'undo' {
  return state === 'compensating' ? 'undo' : 'carryOut';
}

/** Of one that has not ended. */
function currentStep({ saga, state, steps, done }: SagaRecord): SagaStep {
  const step = steps[state === 'compensating' ? done - 1 : done];
  if (step === undefined) throw new RangeError(`the record of ${saga} is ${state} with ${done} steps done`);
  return step;
}

/** Running, and no step that is done is one without a way back. */
function mayTurnBack({ state, steps, done }: SagaRecord): boolean {
  return state === 'running' && steps.slice(0, done).every(({ kind }) => kind === 'compensatable');
}

const ranks = { compensatable: 0, pivot: 1, retriable: 2 } as const;

function expectSteps(steps: readonly SagaStep[]): void {
  const names = new Set(steps.map(({ name }) => name));
  const isOrdered = steps.every(({ kind }, at) => {
    const before = steps[at - 1]?.kind ?? 'compensatable';
    return ranks[before] < ranks[kind] || (before === kind && kind !== 'pivot');
  });
  if (steps.length > 0 && names.size === steps.length && isOrdered) return;
  throw new RangeError('not a saga: compensatable steps, then at most one pivot, then retriable ones');
}
