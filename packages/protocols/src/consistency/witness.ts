/** Makes a history that cannot be explained small enough to be looked at. */
import type { LeaveOut, ObjectModel, Operation } from './operation.ts';
import { smallestFailing } from './smallest-failing.ts';

type History<Input, Output> = readonly Operation<Input, Output>[];

/** `fails(history)` is true; so it is for the witness, of which nothing more can be left out. */
export function witnessOf<State, Input, Output>(
  history: History<Input, Output>,
  { leaveOut, asPart, partOf = () => '' }: ObjectModel<State, Input, Output>,
  fails: (some: History<Input, Output>) => boolean,
): { readonly witness: History<Input, Output>; readonly sentence: string } {
  const wholes = [...Map.groupBy(history, ({ input }) => partOf(input)).values()].map((all) => new Set(all));
  // Where numbers close up, one without an answer could have any of them: so none is made of one that has an answer.
  const least =
    asPart === undefined
      ? leastOf(shortestFailing(history, fails), leaveOut, fails)
      : leastOf(history, leaveOut, (some) =>
          fails(
            wholes.flatMap((whole) =>
              asPart(
                some.filter((each) => whole.has(each)),
                [...whole],
              ),
            ),
          ),
        );
  const witness = [...least].sort(
    (a, b) => Number(a.output === undefined) - Number(b.output === undefined) || a.answeredMs - b.answeredMs,
  );
  const last = witness.findLast(({ output }) => output !== undefined);
  const few = `${witness.length} of ${history.length} operations`;
  return {
    witness,
    sentence: `No order explains ${few} up to the answer of ${last?.client} at ${last?.answeredMs}.`,
  };
}

/**
 * What remains when all is left out that can be. Nothing is left out that would make the rest harder to explain: a read
 * of a value whose write was left out would be a witness of nothing.
 */
export function leastOf<Input, Output>(
  whole: History<Input, Output>,
  leaveOut: ((input: Input, output: Output | undefined) => LeaveOut | undefined) | undefined,
  fails: (some: History<Input, Output>) => boolean,
): History<Input, Output> {
  const mayGo = ({ input, output }: Operation<Input, Output>): LeaveOut | undefined =>
    leaveOut?.(input, output);
  const inOrder = (some: readonly Operation<Input, Output>[]): History<Input, Output> => {
    const kept = new Set(some);
    return whole.filter((operation) => kept.has(operation));
  };
  const without = (
    all: History<Input, Output>,
    groups: readonly History<Input, Output>[],
  ): History<Input, Output> => {
    const movable = new Set(groups.flat());
    const fixed = all.filter((operation) => !movable.has(operation));
    const few = smallestFailing(groups, (some) => fails(inOrder([...fixed, ...some.flat()])));
    return inOrder([...fixed, ...few.flat()]);
  };
  // Who only looks goes first: they keep others in one group.
  const singles = whole.filter((operation) => mayGo(operation)?.alone === true).map((each) => [each]);
  const seen = without(whole, singles);
  return without(seen, groupsOf(seen, mayGo));
}

/** Operations that may go together: all that share a name, or are joined by others that do. */
function groupsOf<Input, Output>(
  history: History<Input, Output>,
  mayGo: (operation: Operation<Input, Output>) => LeaveOut | undefined,
): readonly (readonly Operation<Input, Output>[])[] {
  const groups = new Map<string, { members: Operation<Input, Output>[] }>();
  for (const operation of history) {
    const may = mayGo(operation);
    if (may === undefined) continue;
    if (may.with === undefined) return [];
    const joined = new Set(may.with.flatMap((name) => groups.get(name) ?? []));
    const members = [...joined].flatMap((group) => group.members);
    const group = { members: [...members, operation] };
    for (const name of may.with) groups.set(name, group);
    for (const [name, known] of groups) if (joined.has(known)) groups.set(name, group);
  }
  return [...new Set(groups.values())].map(({ members }) => members);
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
  const upTo = (endMs: number | undefined): History<Input, Output> => {
    if (endMs === undefined) return history;
    return history
      .filter(({ calledMs }) => calledMs <= endMs)
      .map((operation) => (operation.answeredMs <= endMs ? operation : { ...operation, output: undefined }));
  };
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fails(upTo(ends[middle]))) high = middle;
    else low = middle + 1;
  }
  return upTo(ends[low]);
}
