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

/** How far each client has come, and the state of every part. */
interface Place<State> {
  readonly done: readonly number[];
  readonly states: ReadonlyMap<string, State>;
  /** The client whose turn is tried next. */
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
  const stack: Place<State>[] = [{ done: programs.map(() => 0), states: new Map(), next: 0 }];
  let steps = 0;
  for (let place = stack.at(-1); place !== undefined; place = stack.at(-1)) {
    if (isComplete(programs, place.done)) return { kind: 'holds', order };
    const client = place.next;
    place.next += 1;
    if (client >= programs.length) {
      stack.pop();
      order.pop();
      continue;
    }
    const operation = programs[client]?.[place.done[client] ?? 0];
    if (operation === undefined) continue;
    if (steps >= maxSteps) return { kind: 'unknown', steps };
    steps += 1;
    const after = advance(place, client, operation, model);
    if (after === undefined) continue;
    const key = keyOf(after, model);
    if (tried.has(key)) continue;
    tried.add(key);
    stack.push(after);
    order.push(operation);
  }
  return { kind: 'violated' };
}

/** Each client's operations in the order of its calls. One without an answer is the last of its client, if it is at all. */
function programsOf<Input, Output>(
  history: readonly Operation<Input, Output>[],
): readonly (readonly Operation<Input, Output>[])[] {
  const programs = new Map<string, Operation<Input, Output>[]>();
  for (const operation of [...history].sort((a, b) => a.calledMs - b.calledMs)) {
    const program = programs.get(operation.client);
    if (program === undefined) programs.set(operation.client, [operation]);
    else program.push(operation);
  }
  return [...programs.values()];
}

function isComplete<Input, Output>(
  programs: readonly (readonly Operation<Input, Output>[])[],
  done: readonly number[],
): boolean {
  return programs.every((program, client) =>
    program.slice(done[client] ?? 0).every(({ output }) => output === undefined),
  );
}

function advance<State, Input, Output>(
  { done, states }: Place<State>,
  client: number,
  { input, output }: Operation<Input, Output>,
  { initial, apply, partOf = () => '' }: ObjectModel<State, Input, Output>,
): Place<State> | undefined {
  const part = partOf(input);
  const before = states.get(part);
  const after = apply(before ?? initial, input, output);
  if (after === undefined) return undefined;
  return {
    done: done.map((count, each) => (each === client ? count + 1 : count)),
    states: after.state === before ? states : new Map(states).set(part, after.state),
    next: 0,
  };
}

function keyOf<State, Input, Output>(
  { done, states }: Place<State>,
  { keyOf }: ObjectModel<State, Input, Output>,
): string {
  const parts = [...states].map(([part, state]) => `${part}=${keyOf(state)}`).sort();
  return `${done.join(',')}|${parts.join('|')}`;
}
