/** Makes a history that cannot be explained small enough to be looked at. */
import type { ObjectModel, Operation } from './operation.ts';
import { smallestFailing } from './smallest-failing.ts';

type History<Input, Output> = readonly Operation<Input, Output>[];

/**
 * `fails(history)` is true. Nothing is left out that would make the rest harder to explain: a read of a value whose
 * write was left out would be a witness of nothing.
 */
export function witnessOf<State, Input, Output>(
  history: History<Input, Output>,
  { leaveOut = () => undefined }: ObjectModel<State, Input, Output>,
  fails: (some: History<Input, Output>) => boolean,
): { readonly witness: History<Input, Output>; readonly sentence: string } {
  const shortest = shortestFailing(history, fails);
  const last = shortest.findLast(({ output }) => output !== undefined);
  const answer = last === undefined ? '' : ` up to the answer of ${last.client} at ${last.answeredMs}`;
  const groups = [...groupsOf(shortest, leaveOut).values()];
  const fixed = shortest.filter(({ input, output }) => leaveOut(input, output) === undefined);
  const inOrder = (some: Iterable<Operation<Input, Output>>): History<Input, Output> => {
    const kept = new Set(some);
    return shortest.filter((operation) => kept.has(operation));
  };
  const few = smallestFailing(groups, (some) => fails(inOrder([...fixed, ...some.flat()])));
  const witness = inOrder([...fixed, ...few.flat()]);
  const rest = witness.filter(({ input, output }) => leaveOut(input, output) !== 'alone');
  const looks = witness.filter(({ input, output }) => leaveOut(input, output) === 'alone');
  const least = smallestFailing(looks, (some) => fails(inOrder([...rest, ...some])));
  const small = inOrder([...rest, ...least]);
  const which = `${small.length} of ${history.length} operations`;
  return { witness: small, sentence: `No order explains ${which}${answer}.` };
}

function groupsOf<Input, Output>(
  history: History<Input, Output>,
  leaveOut: NonNullable<ObjectModel<unknown, Input, Output>['leaveOut']>,
): ReadonlyMap<string, History<Input, Output>> {
  const groups = new Map<string, Operation<Input, Output>[]>();
  for (const [at, operation] of history.entries()) {
    const may = leaveOut(operation.input, operation.output);
    if (may === undefined) continue;
    const name = may === 'alone' ? `alone ${at}` : `with ${may.with}`;
    groups.set(name, [...(groups.get(name) ?? []), operation]);
  }
  return groups;
}

/**
 * The history up to the first answer that cannot be explained. What was called and not answered by then may have had
 * its effect or not, so a shorter one is never harder to explain, and the place can be found by halving.
 */
function shortestFailing<Input, Output>(
  history: History<Input, Output>,
  fails: (some: History<Input, Output>) => boolean,
): History<Input, Output> {
  const answered = history.filter(({ output }) => output !== undefined);
  const ends = answered.map(({ answeredMs }) => answeredMs).sort((a, b) => a - b);
  const upTo = (endMs: number): History<Input, Output> =>
    history
      .filter(({ calledMs }) => calledMs <= endMs)
      .map((operation) => (operation.answeredMs <= endMs ? operation : { ...operation, output: undefined }))
      .sort(
        (a, b) =>
          (a.output === undefined ? 1 : 0) - (b.output === undefined ? 1 : 0) || a.answeredMs - b.answeredMs,
      );
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fails(upTo(ends[middle] ?? 0))) high = middle;
    else low = middle + 1;
  }
  const shortest = upTo(ends[low] ?? 0);
  // A search that ran into its limit has said nothing: then the whole is shown.
  return fails(shortest) ? shortest : history;
}
