/** The linearizability checker on long histories, and beside one that tries all orders. */
import {
  checkLinearizable,
  type Operation,
  type Random,
  type RegisterInput,
  type RegisterOutput,
  registerModel,
  seededRandom,
} from '@bothy/protocols';
import { type Figure, figureTable, markdownTable, milliseconds } from './stage/figures.ts';
import { publish } from './stage/readme-section.ts';
import { median } from './stage/statistics.ts';

type History = readonly Operation<RegisterInput, RegisterOutput>[];

const rounds = 5;
/** Longer ones are not tried by trying all orders. */
const patienceMs = 2_000;

/** By a real register that acts at a random moment of each call; every second one reads. */
function honest(random: Random, clients: number, operations: number, keys: number): History {
  const acts: { readonly atMs: number; readonly run: () => void }[] = [];
  const registers = new Map<string, string | null>();
  const history: Operation<RegisterInput, RegisterOutput>[] = [];
  for (let client = 0; client < clients; client++) {
    let nowMs = random.next();
    for (let count = 0; count < operations / clients; count++) {
      const calledMs = nowMs;
      const atMs = calledMs + random.next() * 10;
      const answeredMs = atMs + random.next() * 10;
      nowMs = answeredMs + random.next();
      const key = `k${random.below(keys)}`;
      const [value, isRead] = [`${client}.${count}`, random.below(2) === 0];
      const call = { client: `c${client}`, calledMs, answeredMs };
      const run = (): void => {
        if (isRead)
          history.push({ ...call, input: { kind: 'read', key }, output: registers.get(key) ?? null });
        else {
          registers.set(key, value);
          history.push({ ...call, input: { kind: 'write', key, value }, output: 'done' });
        }
      };
      acts.push({ atMs, run });
    }
  }
  for (const { run } of acts.sort((a, b) => a.atMs - b.atMs)) run();
  return history;
}

/** One read in the middle sees what was overwritten long before. */
function withStaleRead(history: History): History {
  const reads = history.filter(({ input, output }) => input.kind === 'read' && output !== null);
  const stale = reads[Math.floor(reads.length / 2)];
  const old = history.find(({ input }) => input.kind === 'write');
  if (stale === undefined || old?.input.kind !== 'write') throw new Error('nothing to make stale');
  const value = old.input.value;
  return history.map((each) => (each === stale ? { ...each, output: value } : each));
}

/** All orders that the times allow, one after the other. */
function byTryingAll(history: History): boolean {
  const go = (rest: History, state: string | null): boolean =>
    rest.length === 0 ||
    rest.some((each) => {
      if (rest.some((other) => other.answeredMs < each.calledMs)) return false;
      const next = registerModel.apply(state, each.input, each.output);
      if (next === undefined) return false;
      return go(
        rest.filter((other) => other !== each),
        next.state,
      );
    });
  return go(history, registerModel.initial);
}

function timed(run: () => boolean, wanted: boolean): number {
  const startedMs = performance.now();
  if (run() !== wanted) throw new Error(`the verdict is not ${wanted}`);
  return performance.now() - startedMs;
}

const medianOf = (run: (round: number) => number): number =>
  median(Array.from({ length: rounds }, (_, round) => run(round)));
const holds = (history: History) => () => checkLinearizable(history, registerModel).kind === 'holds';

const long = (keys: number): number =>
  medianOf((round) => timed(holds(honest(seededRandom(`long ${round}`), 10, 10_000, keys)), true));
const violated = medianOf((round) =>
  timed(holds(withStaleRead(honest(seededRandom(`long ${round}`), 10, 10_000, 1))), false),
);
const [oneKey, tenKeys] = [long(1), long(10)];

/** In a short one the value may not be old enough to be wrong: the first seed of which it is. */
function violatedOf(count: number): History {
  for (let seed = 1; ; seed++) {
    const history = withStaleRead(honest(seededRandom(`short ${seed}`), 5, count, 1));
    if (!holds(history)()) return history;
  }
}

/** Five at once, and one stale read, so that there is no early end: all orders have to fail. */
const rows: string[][] = [];
let last: { readonly ours: number; readonly brute: number; readonly count: number } | undefined;
for (let count = 10; count <= 60; count += 10) {
  const history = violatedOf(count);
  const brute = timed(() => byTryingAll(history), false);
  const ours = medianOf(() => timed(holds(history), false));
  last = { ours, brute, count };
  rows.push([String(count), milliseconds(ours), milliseconds(brute), `${(brute / ours).toFixed(1)} times`]);
  if (brute > patienceMs) break;
}

const figures: Figure[] = [
  {
    what: '10,000 operations of 10 clients on one register',
    ours: milliseconds(oneKey),
    beside: '',
    measured: `${(oneKey / 1_000).toFixed(2)} s`,
    aim: '≤ 10 s',
    verdict: oneKey <= 10_000 ? 'met' : 'missed',
  },
  { what: 'the same over ten registers', ours: milliseconds(tenKeys), beside: '', measured: '' },
  {
    what: 'the same with one stale read, and its witness',
    ours: milliseconds(violated),
    beside: '',
    measured: '',
  },
  {
    what: `a violation in ${last?.count} operations of 5 clients, beside trying all orders`,
    ours: milliseconds(last?.ours ?? 0),
    beside: milliseconds(last?.brute ?? 0),
    measured: `${((last?.brute ?? 0) / (last?.ours ?? 1)).toFixed(0)} times`,
  },
];
const head = ['operations of 5 clients, one stale read', 'Bothy', 'all orders', ''];
publish('consistency', `${figureTable(figures)}\n\n${markdownTable(head, rows)}`);
