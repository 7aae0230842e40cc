/**
 * What was heard of edges and what nodes answered about their readings, for the checkers of consistency. A reading is a
 * register that its edge writes once: called when it was read, answered when its home says that it is stored. A look at
 * a node reads all of them. In the order in which somebody heard them they are effects of each other.
 */
import {
  type CausalOperation,
  checkCausal,
  checkEventual,
  checkLinearizable,
  type Operation,
  type RegisterInput,
  type RegisterOutput,
  registerModel,
} from '@bothy/protocols';

export interface HeardReading {
  readonly edge: string;
  readonly boot: number;
  readonly sensor: string;
  readonly seq: number;
  readonly value: number;
  /** When it was read, by the clock of the machine that all of it runs on. */
  readonly stampMs: number;
  /** Sent later than others, from what waited. */
  readonly isLate: boolean;
}

/** A series as a node told it. */
export interface Look {
  readonly node: string;
  readonly edge: string;
  readonly sensor: string;
  readonly readings: readonly { readonly stampMs: number; readonly value: number }[];
  readonly calledMs: number;
  readonly answeredMs: number;
}

export interface JudgeOptions {
  /** Nothing is under way: all nodes that were looked at have the same. @default false */
  readonly isQuiet?: boolean;
  /** Nobody who heard them was away, or they would hear what they missed behind the rest. @default false */
  readonly isOrdered?: boolean;
}

type ReadingOperation = Operation<RegisterInput, RegisterOutput>;

export class ReadingHistory {
  /** By edge, start, sensor and number. */
  readonly #made = new Map<string, HeardReading>();
  /** When it was first said to be stored, by the same. */
  readonly #storedMs = new Map<string, number>();
  /** By who heard them: each reading when it came first. */
  readonly #heard = new Map<string, Map<string, HeardReading>>();
  readonly #looks: Look[] = [];
  /** How far each start and sensor is said to be stored. */
  readonly #upTo = new Map<string, number>();

  heard(who: string, reading: HeardReading): void {
    const { edge, boot, sensor, seq } = reading;
    const key = `${edge} ${boot} ${sensor} ${seq}`;
    if (!this.#made.has(key)) this.#made.set(key, reading);
    const all = this.#heard.get(who) ?? new Map<string, HeardReading>();
    this.#heard.set(who, all);
    if (!all.has(key)) all.set(key, reading);
  }

  storedUpTo(edge: string, boot: number, sensor: string, upTo: number, atMs: number): void {
    const series = `${edge} ${boot} ${sensor}`;
    for (let seq = (this.#upTo.get(series) ?? 0) + 1; seq <= upTo; seq += 1)
      this.#storedMs.set(`${series} ${seq}`, atMs);
    this.#upTo.set(series, Math.max(upTo, this.#upTo.get(series) ?? 0));
  }

  looked(look: Look): void {
    this.#looks.push(look);
  }

  /** Readings, those that are said to be stored, and looks: so that a test can tell that it has judged something. */
  get counts(): { readonly made: number; readonly stored: number; readonly looks: number } {
    return { made: this.#made.size, stored: this.#storedMs.size, looks: this.#looks.length };
  }

  /** A sentence and the operations that show it for each breach; empty when all holds. */
  problems({ isQuiet = false, isOrdered = false }: JudgeOptions = {}): string[] {
    const found: string[] = [];
    const verdict = checkLinearizable(this.#registers(), registerModel);
    if (verdict.kind === 'unknown') found.push('The readings could not be judged.');
    if (verdict.kind === 'violated')
      found.push([verdict.sentence, ...verdict.witness.map((each) => lineOf(each))].join('\n'));
    for (const [who, readings] of isOrdered ? this.#heard : []) {
      const causal = checkCausal(asTold(who, [...readings.values()]));
      if (causal.kind === 'violated')
        found.push([causal.sentence, ...causal.witness.map((each) => lineOf(each))].join('\n'));
    }
    if (isQuiet) found.push(...this.#differences());
    return found;
  }

  /** Of each reading all looks that could know it: what was there at its stamp, once, twice or not. */
  #registers(): ReadingOperation[] {
    const values = new Map<
      string,
      { readonly client: string; readonly value: string; readonly calledMs: number }
    >();
    const storedMs = new Map<string, number>();
    for (const [key, { edge, sensor, stampMs, value }] of this.#made) {
      const name = `${edge}/${sensor}@${stampMs}`;
      values.set(name, { client: edge, value: String(value), calledMs: stampMs });
      const atMs = this.#storedMs.get(key);
      if (atMs !== undefined) storedMs.set(name, Math.max(atMs, stampMs));
    }
    // One that nobody heard was stored before its broker was killed: what it was the first look says.
    for (const { edge, sensor, readings } of this.#looks) {
      for (const { stampMs, value } of readings) {
        const name = `${edge}/${sensor}@${stampMs}`;
        if (!values.has(name)) values.set(name, { client: edge, value: String(value), calledMs: stampMs });
      }
    }
    const writes = [...values].map(
      ([key, { client, value, calledMs }]): ReadingOperation => ({
        client,
        input: { kind: 'write', key, value },
        output: storedMs.has(key) ? 'done' : undefined,
        calledMs,
        answeredMs: storedMs.get(key) ?? calledMs,
      }),
    );
    return [...writes, ...this.#looks.flatMap((look) => [...readsOf(look, values.keys())])];
  }

  /** The last look at each node. */
  #differences(): string[] {
    const last = new Map<string, Map<string, Look>>();
    for (const look of this.#looks) {
      const series = `${look.edge}/${look.sensor}`;
      last.set(series, (last.get(series) ?? new Map<string, Look>()).set(look.node, look));
    }
    return [...last].flatMap(([series, looks]) => {
      const issued = [...this.#made].flatMap(([key, { edge, sensor, stampMs }]) =>
        `${edge}/${sensor}` === series && this.#storedMs.has(key) ? [`${series}@${stampMs}`] : [],
      );
      const replicas = [...looks.values()].map(({ node, readings, answeredMs }) => ({
        replica: node,
        atMs: answeredMs,
        updates: readings.map(({ stampMs }) => `${series}@${stampMs}`),
        shown: readings.map(({ stampMs, value }) => `${stampMs} ${value}`).join(),
      }));
      const verdict = checkEventual(replicas, issued);
      return verdict.kind === 'violated' ? [verdict.sentence] : [];
    });
  }
}

function* readsOf(
  { node, edge, sensor, readings, calledMs, answeredMs }: Look,
  names: Iterable<string>,
): Iterable<ReadingOperation> {
  const there = new Map<string, string[]>();
  for (const { stampMs, value } of readings) {
    const name = `${edge}/${sensor}@${stampMs}`;
    there.set(name, [...(there.get(name) ?? []), String(value)]);
  }
  for (const key of names) {
    if (!key.startsWith(`${edge}/${sensor}@`)) continue;
    const found = there.get(key);
    // Before it was made nobody can have it.
    if (found === undefined && Number(key.split('@')[1]) > answeredMs) continue;
    const output = found?.join(' and ') ?? null;
    yield { client: node, input: { kind: 'read', key }, output, calledMs, answeredMs };
  }
}

/** What is new comes in its order, and what waited comes behind it in its own: of each the numbers rise (TO4). */
function asTold(who: string, readings: readonly HeardReading[]): CausalOperation[] {
  const keyOf = ({ edge, boot, sensor, isLate }: HeardReading): string =>
    `${edge}/${sensor} of start ${boot}${isLate ? ', late' : ''}`;
  const written = [...readings].sort((one, other) => one.seq - other.seq);
  const at = (index: number) => ({ calledMs: index, answeredMs: index });
  return [
    ...written.map(
      (each, index): CausalOperation => ({
        // Each by itself: sensors, and what waited of another start, have no order among them.
        client: keyOf(each),
        input: { kind: 'write', key: keyOf(each), value: String(each.seq) },
        output: 'done',
        ...at(index),
      }),
    ),
    ...readings.map(
      (each, index): CausalOperation => ({
        client: who,
        input: { kind: 'read', key: keyOf(each) },
        output: String(each.seq),
        ...at(readings.length + index),
      }),
    ),
  ];
}

function lineOf({ client, input, output, calledMs, answeredMs }: ReadingOperation): string {
  const when = `  ${calledMs}–${output === undefined ? '' : answeredMs}`;
  if (input.kind === 'write') return `${when} made ${input.key}: ${input.value}`;
  return `${when} ${client} had ${output === null ? 'nothing' : String(output)} of ${input.key}`;
}
