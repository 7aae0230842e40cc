/**
 * Whether a history could have come from one object that does one thing after the other, each at some moment between
 * its call and its answer (Herlihy, Wing: "Linearizability: A Correctness Condition for Concurrent Objects", TOPLAS
 * 1990). The search is Wing and Gong's ("Testing and Verifying Concurrent Objects", JPDC 1993) with Lowe's memory of
 * configurations that led nowhere ("Testing for linearizability", CCPE 2017). Rules LI1… in SPEC.md.
 */
import type { ObjectModel, Operation, Verdict } from './operation.ts';
import { witnessOf } from './witness.ts';

export interface CheckLimits {
  /** Operations tried, of all parts. About a million a second. @default 5000000 */
  readonly maxSteps?: number;
}

export const defaultMaxSteps = 5_000_000;

/** Throws a RangeError for an answer before its call, which no clock that clients share gives. */
export function checkLinearizable<State, Input, Output>(
  history: readonly Operation<Input, Output>[],
  model: ObjectModel<State, Input, Output>,
  { maxSteps = defaultMaxSteps }: CheckLimits = {},
): Verdict<Input, Output> {
  const order: Operation<Input, Output>[] = [];
  let steps = 0;
  for (const part of partsOf(history, model)) {
    const found = search(part, model, maxSteps - steps);
    steps += found.steps;
    if (found.kind === 'unknown') return { kind: 'unknown', steps };
    if (found.kind === 'violated') {
      return {
        kind: 'violated',
        ...witnessOf(part, model, (some) => search(some, model, maxSteps).kind === 'violated'),
      };
    }
    order.push(...found.order);
  }
  return { kind: 'holds', order };
}

function partsOf<State, Input, Output>(
  history: readonly Operation<Input, Output>[],
  { partOf }: ObjectModel<State, Input, Output>,
): readonly (readonly Operation<Input, Output>[])[] {
  if (partOf === undefined) return [history];
  const parts = new Map<string, Operation<Input, Output>[]>();
  for (const operation of history) {
    const part = partOf(operation.input);
    const known = parts.get(part);
    if (known === undefined) parts.set(part, [operation]);
    else known.push(operation);
  }
  return [...parts.values()];
}

type Found<Input, Output> =
  | { readonly kind: 'holds'; readonly steps: number; readonly order: readonly Operation<Input, Output>[] }
  | { readonly kind: 'violated'; readonly steps: number }
  | { readonly kind: 'unknown'; readonly steps: number };

/** A list of calls and answers from which operations are taken out as they are given a place. */
interface Link<Input, Output> {
  after: Moment<Input, Output> | undefined;
}
interface Answer<Input, Output> extends Link<Input, Output> {
  readonly answer: undefined;
  before: Link<Input, Output>;
}
interface Call<Input, Output> extends Link<Input, Output> {
  /** In the order of calls. */
  readonly index: number;
  readonly operation: Operation<Input, Output>;
  readonly answer: Answer<Input, Output>;
  before: Link<Input, Output>;
}
type Moment<Input, Output> = Call<Input, Output> | Answer<Input, Output>;

/** An operation that was given a place, and what was before it. */
interface Choice<State, Input, Output> {
  readonly call: Call<Input, Output>;
  readonly state: State;
  readonly key: string;
  readonly placed: Placed;
  /** It only looks: wherever else it fits, it fits here too, so nothing else has to be tried. */
  readonly isSure: boolean;
}

function search<State, Input, Output>(
  history: readonly Operation<Input, Output>[],
  model: ObjectModel<State, Input, Output>,
  maxSteps: number,
): Found<Input, Output> {
  const head = momentsOf(history);
  let left = history.filter(({ output }) => output !== undefined).length;
  let state = model.initial;
  let key = model.keyOf(state);
  let placed = new Placed(0, []);
  const tried = new Set<string>();
  const stack: Choice<State, Input, Output>[] = [];
  let moment = head.after;
  let steps = 0;
  // Operations without an answer may have had no effect: they need no place.
  while (left > 0) {
    if (moment?.answer !== undefined) {
      if (steps >= maxSteps) return { kind: 'unknown', steps };
      steps += 1;
      const { operation, index } = moment;
      const next = model.apply(state, operation.input, operation.output);
      const nextKey = next === undefined ? undefined : model.keyOf(next.state);
      // One that had no answer and changes nothing needs no place: of many such each choice would be tried.
      const isIdle = operation.output === undefined && nextKey === key;
      const isSure = model.onlyLooks?.(operation.input, operation.output) === true;
      const after = next === undefined || isIdle ? undefined : placed.with(index);
      if (next !== undefined && after !== undefined && remember(tried, after, nextKey)) {
        stack.push({ call: moment, state, key, placed, isSure });
        state = next.state;
        key = nextKey ?? key;
        placed = after;
        if (operation.output !== undefined) left -= 1;
        takeOut(moment);
        moment = head.after;
      } else {
        moment = moment.after;
      }
      continue;
    }
    // Nothing more can come before this answer: the last choice was wrong.
    let last: Choice<State, Input, Output> | undefined;
    do {
      last = stack.pop();
      if (last === undefined) return { kind: 'violated', steps };
      ({ state, key, placed } = last);
      if (last.call.operation.output !== undefined) left += 1;
      putBack(last.call);
    } while (last.isSure);
    moment = last.call.after;
  }
  return { kind: 'holds', steps, order: stack.map(({ call }) => call.operation) };
}

function remember(tried: Set<string>, placed: Placed, state: string | undefined): boolean {
  const key = `${placed.key}|${state}`;
  if (tried.has(key)) return false;
  tried.add(key);
  return true;
}

/** Calls before answers of the same time: such operations are taken to overlap. */
function momentsOf<Input, Output>(history: readonly Operation<Input, Output>[]): Link<Input, Output> {
  const head: Link<Input, Output> = { after: undefined };
  const calls = [...history].sort((a, b) => a.calledMs - b.calledMs);
  const moments: { readonly atMs: number; readonly moment: Moment<Input, Output> }[] = [];
  for (const [index, operation] of calls.entries()) {
    const isAnswered = operation.output !== undefined;
    if (isAnswered && !(operation.answeredMs >= operation.calledMs)) {
      throw new RangeError(`answered at ${operation.answeredMs}, called at ${operation.calledMs}`);
    }
    const links = { before: head, after: undefined };
    const answer: Answer<Input, Output> = { answer: undefined, ...links };
    moments.push({ atMs: operation.calledMs, moment: { index, operation, answer, ...links } });
    moments.push({ atMs: isAnswered ? operation.answeredMs : Number.POSITIVE_INFINITY, moment: answer });
  }
  const isCall = (moment: Moment<Input, Output>): number => (moment.answer === undefined ? 1 : 0);
  // Infinity minus itself is no number.
  moments.sort((a, b) => (a.atMs === b.atMs ? isCall(a.moment) - isCall(b.moment) : a.atMs - b.atMs));
  let last = head;
  for (const { moment } of moments) {
    moment.before = last;
    last.after = moment;
    last = moment;
  }
  return head;
}

function takeOut<Input, Output>(call: Call<Input, Output>): void {
  for (const moment of [call, call.answer]) {
    moment.before.after = moment.after;
    if (moment.after !== undefined) moment.after.before = moment.before;
  }
}

/** In the opposite order, so that neighbours are right again. */
function putBack<Input, Output>(call: Call<Input, Output>): void {
  for (const moment of [call.answer, call]) {
    moment.before.after = moment;
    if (moment.after !== undefined) moment.after.before = moment;
  }
}

/** Which operations have a place: all below `low`, and a few above it, about as many as there are clients. */
class Placed {
  readonly low: number;
  readonly above: readonly number[];

  constructor(low: number, above: readonly number[]) {
    this.low = low;
    this.above = above;
  }

  get key(): string {
    return `${this.low}:${this.above.join(',')}`;
  }

  with(index: number): Placed {
    if (index !== this.low) {
      return new Placed(
        this.low,
        [...this.above, index].sort((a, b) => a - b),
      );
    }
    let low = this.low + 1;
    let taken = 0;
    while (this.above[taken] === low) {
      low += 1;
      taken += 1;
    }
    return new Placed(low, this.above.slice(taken));
  }
}
