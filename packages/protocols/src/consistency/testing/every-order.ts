/** What the checkers are held against: every order is tried, one after the other. Slow and obvious. */
import type { ObjectModel, Operation } from '../operation.ts';

type History<Input, Output> = readonly Operation<Input, Output>[];

/** Whether the operations can be put in an order in which none comes before one that it has to follow. */
export function isExplained<State, Input, Output>(
  history: History<Input, Output>,
  model: ObjectModel<State, Input, Output>,
  follows: (later: Operation<Input, Output>, first: Operation<Input, Output>) => boolean,
): boolean {
  const go = (rest: History<Input, Output>, states: ReadonlyMap<string, State>): boolean => {
    if (rest.every(({ output }) => output === undefined)) return true;
    return rest.some((each) => {
      if (rest.some((other) => other !== each && other.output !== undefined && follows(each, other)))
        return false;
      const part = model.partOf?.(each.input) ?? '';
      const next = model.apply(states.get(part) ?? model.initial, each.input, each.output);
      const left = rest.filter((other) => other !== each);
      return next !== undefined && go(left, new Map(states).set(part, next.state));
    });
  };
  return go(history, new Map());
}

export const inTime = (later: { calledMs: number }, first: { answeredMs: number }): boolean =>
  first.answeredMs < later.calledMs;
export interface Called {
  readonly client: string;
  readonly calledMs: number;
}
export const inProgram = (later: Called, first: Called): boolean =>
  later.client === first.client && first.calledMs < later.calledMs;

export function* partsOf<Each>(all: readonly Each[]): Iterable<readonly Each[]> {
  for (let bits = 0; bits < 2 ** all.length; bits += 1) yield all.filter((_, at) => (bits >> at) % 2 === 1);
}
