/** From samples of monitoring to figures with their aims. */
import { type Figure, figureTable, milliseconds } from '../figures.ts';
import { median, pairedDifference, pairedRatio, percentile, type RatioEstimate } from '../statistics.ts';
import type { LatencySamples } from './latency.ts';
import type { ThroughputSample, ThroughputSamples } from './throughput.ts';

const aimScreenMs = 20;
const aimAlarmMs = 50;
const aimShareMs = 3;
const aimRatio = 0.8;

export function telemetryReport(figures: readonly Figure[]): string {
  return [
    figureTable(figures),
    'Differences and ratios are medians of pairs measured in one run, with their 95 % intervals; how many pairs stands behind. Undecided: the aim lies within the interval.',
  ].join('\n\n');
}

export function latencyFigures(samples: LatencySamples): Figure[] {
  const { screen, alarm, durableAedes } = samples;
  return [
    ...pathFigures('reading → screen', screen, samples, aimScreenMs),
    ...pathFigures('violation → notification', alarm, samples, aimAlarmMs),
    {
      what: 'the same, p50, beside Aedes and a subscriber that commits to SQLite first',
      ours: milliseconds(percentile(alarm, 0.5)),
      beside: milliseconds(percentile(durableAedes, 0.5)),
      measured: interval(pairedDifference(alarm, durableAedes), ' ms'),
    },
  ];
}

function pathFigures(
  what: string,
  ours: readonly number[],
  { aedes, mosquitto }: LatencySamples,
  aimMs: number,
): Figure[] {
  const beside = (share: number): string =>
    `${milliseconds(percentile(aedes, share))} (Aedes), ${milliseconds(percentile(mosquitto, share))} (Mosquitto)`;
  const p99 = percentile(ours, 0.99);
  const share = pairedDifference(ours, aedes);
  return [
    {
      what: `${what}, p99`,
      ours: milliseconds(p99),
      beside: beside(0.99),
      measured: `slowest ${milliseconds(Math.max(...ours))} of ${ours.length}`,
      aim: `< ${aimMs} ms`,
      verdict: p99 < aimMs ? 'met' : 'missed',
    },
    {
      what: 'the same, p50; our share is what it takes longer than at bare Aedes',
      ours: milliseconds(percentile(ours, 0.5)),
      beside: beside(0.5),
      measured: interval(share, ' ms'),
      aim: `share < ${aimShareMs} ms`,
      verdict: share.high < aimShareMs ? 'met' : share.low >= aimShareMs ? 'missed' : 'undecided',
    },
  ];
}

export function throughputFigures({ bothy, aedes, aedesQos0, mosquitto }: ThroughputSamples): Figure[] {
  const cost = (samples: readonly ThroughputSample[]): string =>
    `${median(samples.map(({ cpuMicroseconds }) => cpuMicroseconds)).toFixed(1)} µs`;
  return [
    rateFigure('readings stored a second, beside Aedes to one subscriber', bothy, aedes, aimRatio),
    rateFigure('the same, where that subscriber acknowledges nothing (QoS 0)', bothy, aedesQos0, aimRatio),
    rateFigure('the same, beside Mosquitto to one subscriber', bothy, mosquitto),
    {
      what: 'processor time of a reading, all threads of the server',
      ours: cost(bothy),
      beside: `${cost(aedes)}, at QoS 0 ${cost(aedesQos0)} (Aedes), ${cost(mosquitto)} (Mosquitto)`,
      measured: cost(bothy),
    },
  ];
}

function rateFigure(
  what: string,
  ours: readonly ThroughputSample[],
  theirs: readonly ThroughputSample[],
  aim?: number,
): Figure {
  const rates = (samples: readonly ThroughputSample[]): number[] => samples.map(({ perSecond }) => perSecond);
  const shown = (samples: readonly ThroughputSample[]): string =>
    `${Math.round(median(rates(samples))).toLocaleString('en')}/s`;
  const ratio = pairedRatio(rates(ours), rates(theirs));
  const figure = { what, ours: shown(ours), beside: shown(theirs), measured: interval(ratio) };
  if (aim === undefined) return figure;
  const verdict = ratio.low >= aim ? 'met' : ratio.high < aim ? 'missed' : 'undecided';
  return { ...figure, aim: `≥ ${aim}`, verdict };
}

function interval({ median: middle, low, high, pairs }: RatioEstimate, unit = ''): string {
  return `${middle.toFixed(2)}${unit} [${low.toFixed(2)}, ${high.toFixed(2)}], ${pairs}`;
}
