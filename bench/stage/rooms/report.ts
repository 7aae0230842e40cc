/** From samples of rooms to figures with their aims. */
import { type Figure, figureTable, markdownTable } from '../figures.ts';
import { median, pairedRatio, type RatioEstimate } from '../statistics.ts';
import type {
  AudienceSize,
  ClusterSamples,
  DurableSamples,
  FanOutSamples,
  MemorySamples,
  StormSample,
} from './measure.ts';

export interface RoomsResults {
  readonly durable: DurableSamples;
  readonly fanOut: ReadonlyMap<AudienceSize, FanOutSamples>;
  readonly cluster: ClusterSamples;
  readonly memory: MemorySamples;
  readonly storm: readonly StormSample[];
}

export function roomsReport(results: RoomsResults): string {
  const figures = [
    ...durableFigures(results.durable),
    ...[...results.fanOut].flatMap(([size, samples]) => fanOutFigures(size, samples)),
    clusterFigure(results.cluster),
    memoryFigure(results.memory),
    stormFigure(results.storm),
  ];
  return [
    figureTable(figures),
    'Ratios are medians of pairs measured in one run, with their 95 % intervals. Undecided: the aim lies within the interval. Deliveries are for one second of the server’s processor time, all threads.',
    fanOutTable(results.fanOut),
  ].join('\n\n');
}

function durableFigures({ bothy, socketIo }: DurableSamples): Figure[] {
  const of = (samples: DurableSamples['bothy'], what: 'perSecond' | 'p99Ms' | 'p50Ms'): number[] =>
    samples.map((sample) => sample[what]);
  const rate = median(of(bothy, 'perSecond'));
  const p99 = median(of(bothy, 'p99Ms'));
  const ratio = pairedRatio(of(bothy, 'perSecond'), of(socketIo, 'perSecond'));
  const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;
  return [
    {
      what: 'durable sends over 500 rooms of two, beside Socket.IO and Redis',
      ours: perSecond(rate),
      beside: perSecond(median(of(socketIo, 'perSecond'))),
      measured: `${perSecond(rate)}, ${interval(ratio)}`,
      aim: '≥ 5,000/s',
      verdict: rate >= 5_000 ? 'met' : 'missed',
    },
    {
      what: 'p99 of a send at 5,000/s',
      ours: `${p99.toFixed(1)} ms`,
      beside: `${median(of(socketIo, 'p99Ms')).toFixed(1)} ms`,
      measured: `p50 ${median(of(bothy, 'p50Ms')).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      aim: '≤ 20 ms',
      verdict: p99 <= 20 ? 'met' : 'missed',
    },
  ];
}

function fanOutFigures(size: AudienceSize, { singly, bursts }: FanOutSamples): Figure[] {
  const figure = (
    what: string,
    samples: FanOutSamples['singly'],
    rival: 'bare' | 'socketIo',
    aim: number | undefined,
  ): Figure => {
    // Less processor time is more deliveries: the ratio is turned round.
    const ratio = pairedRatio(samples[rival], samples.bothy);
    const shown = {
      what: `fan-out to ${size.toLocaleString('en')}, ${what}`,
      ours: deliveries(samples.bothy),
      beside: deliveries(samples[rival]),
      measured: interval(ratio),
    };
    return aim === undefined ? shown : { ...shown, aim: `≥ ${aim}`, verdict: verdictOf(ratio, aim) };
  };
  return [
    figure('singly, beside the bare loop', singly, 'bare', 1),
    figure('in bursts of 10, beside the bare loop', bursts, 'bare', 1),
    figure('singly, beside Socket.IO', singly, 'socketIo', undefined),
    figure('in bursts of 10, beside Socket.IO', bursts, 'socketIo', 3),
  ];
}

function clusterFigure({ clients, one, three }: ClusterSamples): Figure {
  const ratio = pairedRatio(three, one);
  const us = (values: readonly number[]): string => `${median(values).toFixed(2)} µs`;
  return {
    what: `processor time for a delivery, ${clients} clients over three nodes, beside one node`,
    ours: us(three),
    beside: us(one),
    measured: interval(ratio),
  };
}

function memoryFigure({ bothy, bare, socketIo }: MemorySamples): Figure {
  const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
  const ratio = bothy / bare;
  return {
    what: 'memory for an idle client, beside bare ws',
    ours: kb(bothy),
    beside: `${kb(bare)} (Socket.IO ${kb(socketIo)})`,
    measured: ratio.toFixed(2),
    aim: '≤ 1.3',
    verdict: ratio <= 1.3 ? 'met' : 'missed',
  };
}

function stormFigure(storm: readonly StormSample[]): Figure {
  const seconds = median(storm.map((sample) => sample.seconds));
  const gaps = storm.reduce((sum, sample) => sum + sample.gaps, 0);
  return {
    what: '5,000 clients cut off at once: all have resumed, nothing missed',
    ours: `${seconds.toFixed(2)} s`,
    beside: '',
    measured: `${seconds.toFixed(2)} s, ${gaps} gaps`,
    aim: '< 5 s, no gap',
    verdict: seconds < 5 && gaps === 0 ? 'met' : 'missed',
  };
}

function fanOutTable(fanOut: RoomsResults['fanOut']): string {
  const rows = [...fanOut].flatMap(([size, { singly, bursts }]) =>
    (['bothy', 'bare', 'socketIo'] as const).map((rival) => [
      size.toLocaleString('en'),
      { bothy: 'Bothy, durable', bare: 'bare ws loop', socketIo: 'Socket.IO, in memory' }[rival],
      deliveries(singly[rival]),
      deliveries(bursts[rival]),
    ]),
  );
  return markdownTable(['clients', 'server', 'singly', 'in bursts of 10'], rows);
}

function deliveries(microseconds: readonly number[]): string {
  return `${Math.round(1_000 / median(microseconds))} k`;
}

function interval({ median: middle, low, high }: RatioEstimate): string {
  return `${middle.toFixed(2)}× [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

function verdictOf({ low, high }: RatioEstimate, aim: number): 'met' | 'undecided' | 'missed' {
  if (low >= aim) return 'met';
  return high < aim ? 'missed' : 'undecided';
}
