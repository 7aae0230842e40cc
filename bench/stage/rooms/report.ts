/** From samples of rooms to figures with their aims. */
import { type Figure, figureTable, markdownTable } from '../figures.ts';
import { median, pairedRatio, type RatioEstimate } from '../statistics.ts';
import type { DurableSamples } from './durable.ts';
import type { AudienceSize, ClusterSamples, DeliveryCosts, FanOutSamples } from './fan-out.ts';
import type { MemorySamples, StormSample } from './many-clients.ts';

/** Deliveries for a second of processor time, of one kind of server. */
export interface CostRow {
  readonly clients: string;
  readonly server: string;
  readonly costs: DeliveryCosts;
}

export function roomsReport(figures: readonly Figure[], rows: readonly CostRow[]): string {
  return [
    figureTable(figures),
    'Ratios are medians of pairs measured in one run, with their 95 % intervals; how many pairs stands behind. Undecided: the aim lies within the interval. Deliveries are for one second of the servers’ processor time, all threads.',
    costTable(rows),
  ].join('\n\n');
}

export function costTable(rows: readonly CostRow[]): string {
  const cells = rows.map(({ clients, server, costs }) => [
    clients,
    server,
    deliveries(costs.singly),
    deliveries(costs.bursts),
  ]);
  return markdownTable(['clients', 'server', 'singly', 'in bursts of 10'], cells);
}

export function durableFigures({ bothy, socketIo }: DurableSamples): Figure[] {
  const of = (samples: DurableSamples['bothy'], what: 'perSecond' | 'p99Ms' | 'p50Ms'): number[] =>
    samples.map((sample) => sample[what]);
  const rate = median(of(bothy, 'perSecond'));
  const p99 = of(bothy, 'p99Ms').toSorted((a, b) => a - b);
  const [best = Number.NaN, worst = Number.NaN] = [p99[0], p99.at(-1)];
  const ratio = pairedRatio(of(bothy, 'perSecond'), of(socketIo, 'perSecond'));
  const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;
  return [
    {
      what: 'durable sends over 500 rooms of two, beside Socket.IO and Redis',
      ours: perSecond(rate),
      beside: perSecond(median(of(socketIo, 'perSecond'))),
      measured: interval(ratio),
      aim: '≥ 5,000/s',
      verdict: rate >= 5_000 ? 'met' : 'missed',
    },
    {
      what: 'p99 of a send at 5,000/s',
      ours: `${median(p99).toFixed(1)} ms`,
      beside: `${median(of(socketIo, 'p99Ms')).toFixed(1)} ms`,
      measured: `${best.toFixed(1)} to ${worst.toFixed(1)} ms, p50 ${median(of(bothy, 'p50Ms')).toFixed(1)} ms`,
      aim: '< 20 ms',
      verdict: median(p99) < 20 ? 'met' : 'missed',
    },
  ];
}

export function fanOutFigures(
  size: AudienceSize,
  { bothy, bare, durableBare, socketIo }: FanOutSamples,
): Figure[] {
  const what = `fan-out to ${size.toLocaleString('en')}`;
  return [
    costFigure(`${what}, singly, beside the bare loop`, bothy.singly, bare.singly, 1),
    costFigure(`${what}, in bursts of 10, beside the bare loop`, bothy.bursts, bare.bursts, 1),
    costFigure(`${what}, singly, beside a bare loop that commits first`, bothy.singly, durableBare.singly),
    costFigure(`${what}, singly, beside Socket.IO`, bothy.singly, socketIo.singly),
    costFigure(`${what}, in bursts of 10, beside Socket.IO`, bothy.bursts, socketIo.bursts, 3),
  ];
}

export function fanOutRows(
  size: AudienceSize,
  { bothy, bare, durableBare, socketIo }: FanOutSamples,
): CostRow[] {
  const clients = size.toLocaleString('en');
  return [
    { clients, server: 'Bothy, durable', costs: bothy },
    { clients, server: 'bare ws loop', costs: bare },
    { clients, server: 'bare ws loop that commits to SQLite first', costs: durableBare },
    { clients, server: 'Socket.IO, in memory', costs: socketIo },
  ];
}

export function clusterFigures({ clients, costs: { one, three, socketIo } }: ClusterSamples): Figure[] {
  const what = `${clients} clients over three nodes`;
  return [
    costFigure(`${what}, singly, beside one node`, three.singly, one.singly),
    costFigure(`${what}, in bursts of 10, beside one node`, three.bursts, one.bursts),
    costFigure(`${what}, singly, beside three of Socket.IO and Redis`, three.singly, socketIo.singly),
    costFigure(
      `${what}, in bursts of 10, beside three of Socket.IO and Redis`,
      three.bursts,
      socketIo.bursts,
    ),
  ];
}

export function clusterRows({ clients, costs: { one, three, socketIo } }: ClusterSamples): CostRow[] {
  return [
    { clients: `${clients}`, server: 'Bothy, one node', costs: one },
    { clients: `${clients}`, server: 'Bothy, three nodes', costs: three },
    { clients: `${clients}`, server: 'Socket.IO, three, with Redis', costs: socketIo },
  ];
}

export function memoryFigures({ bothy, bare, socketIo }: MemorySamples): Figure[] {
  const kb = (bytes: readonly number[]): string => `${(median(bytes) / 1000).toFixed(1)} kB`;
  const ratio = pairedRatio(bothy, bare);
  return [
    {
      what: 'memory for an idle client, beside bare ws',
      ours: kb(bothy),
      beside: `${kb(bare)} (Socket.IO ${kb(socketIo)})`,
      measured: interval(ratio),
      aim: '≤ 1.3',
      verdict: ratio.high <= 1.3 ? 'met' : ratio.low > 1.3 ? 'missed' : 'undecided',
    },
  ];
}

export function stormFigures(storm: readonly StormSample[]): Figure[] {
  const seconds = storm.map((sample) => sample.seconds);
  const gaps = storm.reduce((sum, sample) => sum + sample.gaps, 0);
  const longest = Math.max(...seconds);
  return [
    {
      what: '5,000 clients cut off at once: all have resumed, nothing missed',
      ours: `${median(seconds).toFixed(2)} s`,
      beside: '',
      measured: `at most ${longest.toFixed(2)} s in ${storm.length} storms, ${gaps} gaps`,
      aim: '< 5 s, no gap',
      verdict: longest < 5 && gaps === 0 ? 'met' : 'missed',
    },
  ];
}

/** Less processor time is more deliveries: the ratio is turned round. */
function costFigure(what: string, ours: readonly number[], theirs: readonly number[], aim?: number): Figure {
  const ratio = pairedRatio(theirs, ours);
  const shown = { what, ours: deliveries(ours), beside: deliveries(theirs), measured: interval(ratio) };
  if (aim === undefined) return shown;
  const verdict = ratio.low >= aim ? 'met' : ratio.high < aim ? 'missed' : 'undecided';
  return { ...shown, aim: `≥ ${aim}`, verdict };
}

function deliveries(microseconds: readonly number[]): string {
  return `${Math.round(1_000 / median(microseconds))} k`;
}

function interval({ median: middle, low, high, pairs }: RatioEstimate): string {
  return `${middle.toFixed(2)}× [${low.toFixed(2)}, ${high.toFixed(2)}], ${pairs}`;
}
