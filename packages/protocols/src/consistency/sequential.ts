/**
 * Whether a history could have come from one object that does one thing after the other, with each client's own in the
 * order in which it called them, and no regard to time between clients (Lamport: "How to Make a Multiprocessor Computer
 * That Correctly Executes Multiprocess Programs", IEEE TC 1979). It is not local: parts are judged together. To decide it
 * is NP-complete, so the search has a limit. Rules SQ1… in SPEC.md.
 */
import type { CheckLimits } from './linearizability.ts';
import { defaultMaxSteps } from './linearizability.ts';
import type { ObjectModel, Operation, Verdict } from './operation.ts';
import { witnessOf } from './witness.ts';

export function checkSequential<State, Input, Output>(
  history: readonly Operation<Input, Output>[],
  model: ObjectModel<State, Input, Output>,
  { maxSteps = defaultMaxSteps }: CheckLimits = {},
): Verdict<Input, Output> {
  const found = search(history, model, maxSteps);
  if (found.kind !== 'violated') return found;
  const fails = (some: readonly Operation<Input, Output>[]): boolean =>
    search(some, model, maxSteps).kind === 'violated';
  return { kind: 'violated', ...witnessOf(history, model, fails) };
}

type Found<Input, Output> =
  | Exclude<Verdict<Input, Output>, { kind: 'violated' }>
  | { readonly kind: 'violated' };

/** What a client did, in order; or one operation without an answer, which may be anywhere after what came before it. */
interface Program<Input, Output> {
  readonly operations: readonly Operation<Input, Output>[];
  /** How far its client has to be; undefined: it is what the client did. */
  readonly after?: { readonly client: number; readonly count: number };
}

/** How far each program has come, and the state of every part. */
interface Place<State> {
  readonly done: ReadonlyMap<number, number>;
  readonly states: ReadonlyMap<string, State>;
  /** The program whose turn is tried next. */
  next: number;
}

function search<State, Input, Output>(
  history: readonly Operation<Input, Output>[],
  model: ObjectModel<State, Input, Output>,
  maxSteps: number,
): Found<Input, Output> {
  const programs = programsOf(history);
  const tried = new Set<string>();
  const order: Operation<Input, Output>[] = [];
  const stack: Place<State>[] = [{ done: new Map(), states: new Map(), next: 0 }];
  let steps = 0;
  for (let place = stack.at(-1); place !== undefined; place = stack.at(-1)) {
    if (isComplete(programs, place.done)) return { kind: 'holds', order };
    const at = place.next;
    place.next += 1;
    const program = programs[at];
    if (program === undefined) {
      stack.pop();
      order.pop();
      continue;
    }
    const operation = program.operations[countOf(place.done, at)];
    const { after } = program;
    const isEarly = after !== undefined && countOf(place.done, after.client) < after.count;
    if (operation === undefined || isEarly) continue;
    if (steps >= maxSteps) return { kind: 'unknown', steps };
    steps += 1;
    const next = advance(place, at, operation, model);
    // One that had no answer and changes nothing needs no place.
    if (next === undefined || (after !== undefined && next.states === place.states)) continue;
    const key = keyOf(next, model);
    if (tried.has(key)) continue;
    tried.add(key);
    stack.push(next);
    order.push(operation);
  }
  return { kind: 'violated' };
}

function countOf(done: ReadonlyMap<number, number>, program: number): number {
  return done.get(program) ?? 0;
}

/** Each client's operations in the order of its calls, and those that had no answer. */
function programsOf<Input, Output>(
  history: readonly Operation<Input, Output>[],
): readonly Program<Input, Output>[] {
  const clients = [...new Set(history.map(({ client }) => client))];
  const calls = [...history].sort((a, b) => a.calledMs - b.calledMs);
  const programs = clients.map((client) => calls.filter((each) => each.client === client));
  const answered = programs.map((program) => ({
    operations: program.filter(({ output }) => output !== undefined),
  }));
  const open = programs.flatMap((program, client) => {
    let count = 0;
    return program.flatMap((operation) => {
      if (operation.output === undefined) return [{ operations: [operation], after: { client, count } }];
      count += 1;
      return [];
    });
  });
  return [...answered, ...open];
}

function isComplete<Input, Output>(
  programs: readonly Program<Input, Output>[],
  done: ReadonlyMap<number, number>,
): boolean {
  return programs.every(
    ({ operations, after }, at) => after !== undefined || countOf(done, at) === operations.length,
  );
}

function advance<State, Input, Output>(
  { done, states }: Place<State>,
  program: number,
  { input, output }: Operation<Input, Output>,
  { initial, apply, partOf = () => '' }: ObjectModel<State, Input, Output>,
): Place<State> | undefined {
  const part = partOf(input);
  const before = states.get(part);
  const after = apply(before ?? initial, input, output);
  if (after === undefined) return undefined;
  return {
    done: new Map(done).set(program, countOf(done, program) + 1),
    states: after.state === before ? states : new Map(states).set(part, after.state),
    next: 0,
  };
}

function keyOf<State, Input, Output>(
  { done, states }: Place<State>,
  { keyOf }: ObjectModel<State, Input, Output>,
): string {
  const parts = [...states].map(([part, state]) => `${part}=${keyOf(state)}`).sort();
  const places = [...done].sort(([a], [b]) => a - b);
  return `${places.join(';')}|${parts.join('|')}`;
}
