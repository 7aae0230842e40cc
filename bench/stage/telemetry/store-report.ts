/** The figures of the store, as tables for the page. */
import { type Figure, figureTable, markdownTable, milliseconds } from '../figures.ts';
import { median, pairedRatio } from '../statistics.ts';
import type { HistoryResults, QueryTimes } from './store-history.ts';
import type { WriteSamples } from './store-writes.ts';

const aimPerSecond = 50_000;
const aimOpenBytes = 40;
const aimSealedBytes = 4;
const aimQueryMs = 50;

export function storeReport(writes: readonly WriteSamples[], history: HistoryResults): string {
  const figures = [...writes.map(writeFigure), ...sizeFigures(history), ...history.queries.map(queryFigure)];
  return [figureTable(figures), commitTable(writes)].join('\n\n');
}

function thousands(count: number): string {
  return `${Math.round(count / 1_000).toLocaleString('en')} k/s`;
}

function writeFigure({ size, ours, influx }: WriteSamples): Figure {
  const [own, theirs] = [ours.map(perCpu), influx.map(perCpu)];
  const middle = median(own);
  return {
    what: `readings stored for a second of one core, 1,000 sensors, batches of ${size.toLocaleString('en')}`,
    ours: thousands(middle),
    beside: theirs.length === 0 ? 'no InfluxDB' : `${thousands(median(theirs))} (InfluxDB)`,
    measured: theirs.length === 0 ? thousands(middle) : ratio(own, theirs),
    aim: '≥ 50 k/s',
    verdict: middle >= aimPerSecond ? 'met' : 'missed',
  };
}

function perCpu({ perCpuSecond }: { readonly perCpuSecond: number }): number {
  return perCpuSecond;
}

function ratio(ours: readonly number[], theirs: readonly number[]): string {
  const { median: middle, low, high } = pairedRatio(ours, theirs);
  return `${middle.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

function sizeFigures({ sizes }: HistoryResults): Figure[] {
  const { open, sealed, influx, nab } = sizes;
  const bytes = (count: number): string => `${count.toFixed(2)} B`;
  const beside = influx === undefined ? 'no InfluxDB' : `${bytes(influx)} (InfluxDB, compacted)`;
  const figures: Figure[] = [
    {
      what: 'a reading in an open day, index included',
      ours: bytes(open),
      beside: '',
      measured: bytes(open),
      aim: '≤ 40 B',
      verdict: open <= aimOpenBytes ? 'met' : 'missed',
    },
    {
      what: 'a reading in a sealed day, minutes, five minutes and hours included',
      ours: bytes(sealed),
      beside,
      measured: bytes(sealed),
      aim: '≤ 4 B',
      verdict: sealed <= aimSealedBytes ? 'met' : 'missed',
    },
  ];
  if (nab === undefined) return figures;
  const office: Figure = {
    what: 'the same of NAB’s office, one in 10 s: a single sensor, eight decimals',
    ...{ ours: bytes(nab), beside: '', measured: bytes(nab), aim: '≤ 4 B' },
    verdict: nab <= aimSealedBytes ? 'met' : 'missed',
  };
  return [...figures, office];
}

function queryFigure({ what, points, ours, influx }: QueryTimes): Figure {
  const isAimed = what.startsWith('30 days');
  const middle = median(ours);
  return {
    what: `${what}: ${points.toLocaleString('en')} given`,
    ours: milliseconds(middle),
    beside: influx.length === 0 ? 'no InfluxDB' : `${milliseconds(median(influx))} (InfluxDB)`,
    measured: influx.length === 0 ? milliseconds(middle) : ratio(ours, influx),
    ...(isAimed
      ? { aim: '< 50 ms', verdict: middle < aimQueryMs ? ('met' as const) : ('missed' as const) }
      : {}),
  };
}

/** What one commit at a time gives, and its worst. */
function commitTable(writes: readonly WriteSamples[]): string {
  const head = [
    'one commit at a time, each flushed to the disk',
    'Bothy',
    'slowest commit',
    'InfluxDB',
    'slowest',
  ];
  const rows = writes.map(({ size, ours, influx }) => [
    `batches of ${size.toLocaleString('en')}`,
    thousands(median(ours.map(({ perSecond }) => perSecond))),
    milliseconds(Math.max(...ours.map(({ slowestMs }) => slowestMs))),
    influx.length === 0 ? '' : thousands(median(influx.map(({ perSecond }) => perSecond))),
    influx.length === 0 ? '' : milliseconds(Math.max(...influx.map(({ slowestMs }) => slowestMs))),
  ]);
  return markdownTable(head, rows);
}
