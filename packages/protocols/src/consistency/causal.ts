/**
 * Whether registers are causally consistent: nobody sees an effect without its causes, and each reads the latest of what
 * it knows (Ahamad et al.: "Causal memory", Distributed Computing 1995). For histories in which each value is written
 * once, the violations have four shapes that are found in polynomial time (Bouajjani, Enea, Guerraoui, Hamza: "On
 * Verifying Causal Consistency", POPL 2017, section 5). Rules CA1… in SPEC.md.
 */
import type { Operation, RegisterInput, RegisterOutput } from './operation.ts';

export type CausalOperation = Operation<RegisterInput, RegisterOutput>;

export const causalPatterns = ['thinAirRead', 'cyclicOrder', 'initialRead', 'overwrittenRead'] as const;
export type CausalPattern = (typeof causalPatterns)[number];

export type CausalVerdict =
  | { readonly kind: 'holds' }
  | {
      readonly kind: 'violated';
      readonly pattern: CausalPattern;
      /** The read, what it read, and what it should have known; or a circle of causes. */
      readonly witness: readonly CausalOperation[];
      readonly sentence: string;
    };

/**
 * Reads and writes; those without an answer count only when somebody read what they wrote. Throws a RangeError for a
 * compare-and-set, or a value that is written twice to one key: the method is not for them.
 */
export function checkCausal(history: readonly CausalOperation[]): CausalVerdict {
  const { operations, writerOf } = indexed(history);
  for (const [at, { input, output }] of operations.entries()) {
    if (input.kind === 'read' && typeof output === 'string' && writerOf[at] === undefined) {
      return violated('thinAirRead', [operations[at]], `${output} was read and never written`);
    }
  }
  const order = new CausalOrder(operations, writerOf);
  const circle = order.circle;
  if (circle !== undefined) {
    return violated(
      'cyclicOrder',
      circle.map((at) => operations[at]),
      'these caused each other, in a circle',
    );
  }
  for (const [at, { input, output }] of operations.entries()) {
    if (input.kind !== 'read') continue;
    const writer = writerOf[at];
    for (const other of order.writesBefore(at, input.key)) {
      if (output === null) {
        const sentence = `${input.key} was read as empty by somebody who knew that it was written`;
        return violated('initialRead', [operations[other], operations[at]], sentence);
      }
      if (writer !== undefined && other !== writer && order.isBefore(writer, other)) {
        const sentence = `${String(output)} was read by somebody who knew what was written over it`;
        return violated('overwrittenRead', [operations[writer], operations[other], operations[at]], sentence);
      }
    }
  }
  return { kind: 'holds' };
}

function violated(
  pattern: CausalPattern,
  witness: readonly (CausalOperation | undefined)[],
  sentence: string,
): CausalVerdict {
  return {
    kind: 'violated',
    pattern,
    witness: witness.filter((operation) => operation !== undefined),
    sentence: `Causality is broken: ${sentence}.`,
  };
}

interface Indexed {
  readonly operations: readonly CausalOperation[];
  /** Of a read, the index of the write of its value. */
  readonly writerOf: readonly (number | undefined)[];
}

function indexed(history: readonly CausalOperation[]): Indexed {
  const operations = [...history]
    .filter(({ input, output }) => input.kind !== 'read' || output !== undefined)
    .sort((a, b) => a.calledMs - b.calledMs);
  const writes = new Map<string, number>();
  for (const [at, { input }] of operations.entries()) {
    if (input.kind === 'compareAndSet') throw new RangeError('compare-and-set has no causal check');
    if (input.kind !== 'write') continue;
    if (input.value === null) throw new RangeError('an empty value was written: it is that of the beginning');
    const name = JSON.stringify([input.key, input.value]);
    if (writes.has(name)) throw new RangeError(`${input.value} was written twice to ${input.key}`);
    writes.set(name, at);
  }
  const writerOf = operations.map(({ input, output }) =>
    input.kind === 'read' ? writes.get(JSON.stringify([input.key, output])) : undefined,
  );
  return { operations, writerOf };
}

/**
 * Program order and reading from, and what follows from both. Of each operation it is known how many operations of each
 * client come before it: a vector clock over the history.
 */
class CausalOrder {
  readonly #operations: readonly CausalOperation[];
  readonly #clientOf: readonly number[];
  readonly #placeOf: readonly number[];
  readonly #known: (readonly number[])[] = [];
  /** Indices of writes of a key, by client, in program order. */
  readonly #writes = new Map<string, number[][]>();
  readonly circle: readonly number[] | undefined;

  constructor(operations: readonly CausalOperation[], writerOf: readonly (number | undefined)[]) {
    this.#operations = operations;
    const clients = [...new Set(operations.map(({ client }) => client))];
    const clientAt = new Map(clients.map((client, at) => [client, at]));
    this.#clientOf = operations.map(({ client }) => clientAt.get(client) ?? 0);
    const lastOf: (number | undefined)[] = clients.map(() => undefined);
    const counts = clients.map(() => 0);
    const placeOf: number[] = [];
    const causes: number[][] = [];
    for (const [at, { input }] of operations.entries()) {
      const client = this.#clientOf[at] ?? 0;
      const before = lastOf[client];
      const writer = writerOf[at];
      causes.push([before, writer].filter((cause) => cause !== undefined));
      lastOf[client] = at;
      counts[client] = (counts[client] ?? 0) + 1;
      placeOf.push(counts[client] ?? 0);
      if (input.kind === 'write') this.#writesOf(input.key, clients.length)[client]?.push(at);
    }
    this.#placeOf = placeOf;
    const sorted = sortByCauses(causes);
    this.circle = sorted.circle;
    if (sorted.circle !== undefined) return;
    for (const at of sorted.order) {
      const known = clients.map(() => 0);
      for (const cause of causes[at] ?? []) {
        for (const [client, count] of (this.#known[cause] ?? []).entries()) {
          known[client] = Math.max(known[client] ?? 0, count);
        }
        const client = this.#clientOf[cause] ?? 0;
        known[client] = Math.max(known[client] ?? 0, placeOf[cause] ?? 0);
      }
      this.#known[at] = known;
    }
  }

  /** Whether `a` is a cause of `b`. */
  isBefore(a: number, b: number): boolean {
    return (this.#known[b]?.[this.#clientOf[a] ?? 0] ?? 0) >= (this.#placeOf[a] ?? 0);
  }

  /** Of each client the last write of this key that came before: an earlier one says no more. */
  *writesBefore(at: number, key: string): Iterable<number> {
    for (const writes of this.#writes.get(key) ?? []) {
      const last = writes.findLast((write) => this.isBefore(write, at));
      if (last !== undefined && this.#operations[last] !== undefined) yield last;
    }
  }

  #writesOf(key: string, clients: number): number[][] {
    const known = this.#writes.get(key);
    if (known !== undefined) return known;
    const made = Array.from({ length: clients }, (): number[] => []);
    this.#writes.set(key, made);
    return made;
  }
}

/** Causes before effects (Kahn 1962), or a circle. */
function sortByCauses(causes: readonly (readonly number[])[]): {
  readonly order: readonly number[];
  readonly circle?: readonly number[];
} {
  const effects: number[][] = causes.map(() => []);
  const open = causes.map((each) => each.length);
  for (const [at, each] of causes.entries()) for (const cause of each) effects[cause]?.push(at);
  const order = [...open.keys()].filter((at) => open[at] === 0);
  for (const at of order) {
    for (const effect of effects[at] ?? []) {
      open[effect] = (open[effect] ?? 0) - 1;
      if (open[effect] === 0) order.push(effect);
    }
  }
  if (order.length === causes.length) return { order };
  const path: number[] = [];
  let at = open.findIndex((count) => count > 0);
  while (!path.includes(at)) {
    path.push(at);
    at = (causes[at] ?? []).find((cause) => (open[cause] ?? 0) > 0) ?? at;
  }
  return { order, circle: path.slice(path.indexOf(at)).reverse() };
}
