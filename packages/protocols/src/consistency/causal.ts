/**
 * Whether registers are causally consistent: nobody sees an effect without its causes, and each reads the latest of what
 * it knows (Ahamad et al.: "Causal memory", Distributed Computing 1995). For histories in which each value is written
 * once, the violations have four shapes that are found in polynomial time (Bouajjani, Enea, Guerraoui, Hamza: "On
 * Verifying Causal Consistency", POPL 2017, section 5). Rules CA1… in SPEC.md.
 */
import { type Operation, type RegisterInput, type RegisterOutput, registerModel } from './operation.ts';
import { leastOf } from './witness.ts';

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
  let breach = firstBreach(nodesOf(history));
  if (breach === undefined) return { kind: 'holds' };
  const fails = (some: readonly CausalOperation[]): boolean => {
    const found = firstBreach(nodesOf(some));
    // What is left may break it in another way: that is told.
    breach = found ?? breach;
    return found !== undefined;
  };
  const witness = leastOf(wholeOf(history, breach), registerModel.leaveOut, fails);
  return { kind: 'violated', pattern: breach.pattern, witness, sentence: breach.sentence };
}

/** With the writes of what was read: a read is nothing without. */
function wholeOf(history: readonly CausalOperation[], { operations }: Breach): readonly CausalOperation[] {
  const kept = new Set(operations.flatMap(({ operation, writer }) => [operation, writer?.operation]));
  return history.filter((operation) => kept.has(operation)).sort((a, b) => a.calledMs - b.calledMs);
}

interface Breach {
  readonly pattern: CausalPattern;
  readonly sentence: string;
  /** Enough to show it. */
  readonly operations: readonly Node[];
}

/** An operation, and what came before it at once: the one before of its client, and of a read the write that it saw. */
interface Node {
  readonly operation: CausalOperation;
  readonly client: Client;
  /** Among those of its client, from 1. */
  readonly place: number;
  readonly causes: Set<Node>;
  /** Of a read, the write of its value. */
  writer: Node | undefined;
  /** How many of each client come before it: a vector clock. */
  readonly known: Map<Client, number>;
}

interface Client {
  last: Node | undefined;
  /** By key, in order. */
  readonly writes: Map<string, Node[]>;
}

function firstBreach(nodes: readonly Node[]): Breach | undefined {
  for (const node of nodes) {
    const { operation, writer } = node;
    const isThinAir = isRead(operation) && operation.output !== null && writer === undefined;
    if (isThinAir) return breach('thinAirRead', [node], `${operation.output} was read and never written`);
  }
  const circle = tellCauses(nodes);
  if (circle !== undefined) return breach('cyclicOrder', circle, 'these caused each other, in a circle');
  const clients = [...new Set(nodes.map(({ client }) => client))];
  for (const node of nodes) {
    const { operation, writer } = node;
    if (!isRead(operation)) continue;
    const { key } = operation.input;
    for (const client of clients) {
      // Of each client the last that came before: an earlier one says no more.
      const other = lastUpTo(client.writes.get(key) ?? [], node.known.get(client) ?? 0);
      if (other === undefined) continue;
      if (operation.output === null) {
        const sentence = `${key} was read as empty by somebody who knew that it was written`;
        return breach('initialRead', wayBetween(other, node), sentence);
      }
      if (writer !== undefined && isBefore(writer, other)) {
        const sentence = `${String(operation.output)} was read by somebody who knew what was written over it`;
        return breach(
          'overwrittenRead',
          [...wayBetween(writer, other), ...wayBetween(other, node)],
          sentence,
        );
      }
    }
  }
  return undefined;
}

function breach(pattern: CausalPattern, operations: readonly Node[], sentence: string): Breach {
  return { pattern, operations, sentence: `Causality is broken: ${sentence}.` };
}

function isRead({ input }: CausalOperation): boolean {
  return input.kind === 'read';
}

function nodesOf(history: readonly CausalOperation[]): readonly Node[] {
  const operations = [...history]
    .filter((operation) => !isRead(operation) || operation.output !== undefined)
    .sort((a, b) => a.calledMs - b.calledMs);
  const clients = new Map<string, Client>();
  const writes = new Map<string, Node>();
  const nodes = operations.map((operation) => {
    const node = nodeOf(operation, clients);
    noteWrite(node, writes);
    return node;
  });
  for (const node of nodes) {
    const { input, output } = node.operation;
    if (input.kind !== 'read') continue;
    node.writer = writes.get(JSON.stringify([input.key, output]));
    if (node.writer !== undefined) node.causes.add(node.writer);
  }
  return nodes;
}

function nodeOf(operation: CausalOperation, clients: Map<string, Client>): Node {
  const client = clients.get(operation.client) ?? { last: undefined, writes: new Map() };
  clients.set(operation.client, client);
  const { last } = client;
  const node = {
    operation,
    causes: new Set(last === undefined ? [] : [last]),
    writer: undefined,
    known: new Map(),
  };
  // What was not answered may have happened later than what its client did next: nothing of that follows from it.
  if (operation.output === undefined)
    return { ...node, client: { last: undefined, writes: new Map() }, place: 1 };
  const made = { ...node, client, place: (last?.place ?? 0) + 1 };
  client.last = made;
  return made;
}

function noteWrite(node: Node, writes: Map<string, Node>): void {
  const { input } = node.operation;
  if (input.kind === 'compareAndSet') throw new RangeError('compare-and-set has no causal check');
  if (input.kind === 'read') return;
  const { key, value } = input;
  if (value === null) throw new RangeError('an empty value was written: it is that of the beginning');
  const name = JSON.stringify([key, value]);
  if (writes.has(name)) throw new RangeError(`${value} was written twice to ${key}`);
  writes.set(name, node);
  const own = node.client.writes.get(key);
  if (own === undefined) node.client.writes.set(key, [node]);
  else own.push(node);
}

/** The last of these that is at this place or before it; they are in order. */
function lastUpTo(writes: readonly Node[], place: number): Node | undefined {
  let [low, high] = [0, writes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const write = writes[middle];
    if (write !== undefined && write.place <= place) low = middle + 1;
    else high = middle;
  }
  return writes[low - 1];
}

/** Whether `a` is a cause of `b`. */
function isBefore(a: Node, b: Node): boolean {
  return (b.known.get(a.client) ?? 0) >= a.place;
}

/** Tells each what it knows, causes before effects (Kahn 1962); answers with a circle if there is one. */
function tellCauses(nodes: readonly Node[]): readonly Node[] | undefined {
  const effects = new Map<Node, Node[]>();
  for (const node of nodes) {
    for (const cause of node.causes) effects.set(cause, [...(effects.get(cause) ?? []), node]);
  }
  const open = new Set(nodes);
  const order = nodes.filter(({ causes }) => causes.size === 0);
  for (const node of order) {
    open.delete(node);
    for (const { known, client, place } of node.causes) {
      for (const [other, count] of [...known, [client, place] as const])
        node.known.set(other, Math.max(node.known.get(other) ?? 0, count));
    }
    order.push(...(effects.get(node) ?? []).filter(({ causes }) => causes.isDisjointFrom(open)));
  }
  // Of each that is left a cause is left.
  const path = new Set<Node>();
  let [at] = open;
  while (at !== undefined && !path.has(at)) {
    path.add(at);
    at = [...at.causes].find((cause) => open.has(cause));
  }
  const all = [...path];
  return at === undefined ? undefined : all.slice(all.indexOf(at));
}

/** From a cause to an effect, both included, by the fewest steps. */
function wayBetween(cause: Node, effect: Node): readonly Node[] {
  const before = new Map<Node, Node | undefined>([[effect, undefined]]);
  for (const [node] of before) {
    if (node === cause) break;
    for (const each of node.causes) if (!before.has(each)) before.set(each, node);
  }
  const way: Node[] = [];
  for (let at: Node | undefined = cause; at !== undefined; at = before.get(at)) way.push(at);
  return way;
}
