/** Readings as CSV (RFC 4180), written as they are read from the store: a month of them is never in memory. */
import type { ReadingsSeries } from '@bothy/wire';
import type { CsvReading } from './telemetry-api.ts';

const rawHead = 'edge,sensor,timestamp,value,unit\r\n';
const rollupHead = 'edge,sensor,from,min,max,mean,count\r\n';
/** Rows of one piece: about 30 KB. */
const rowsAtOnce = 500;

/** Every reading of some sensors, in the order of their stamps. */
export async function* rawCsv(readings: AsyncIterable<CsvReading>): AsyncGenerator<string> {
  let piece = rawHead;
  let rows = 0;
  for await (const { edge, sensor, stampMs, value, unit } of readings) {
    piece += `${edge},${sensor},${new Date(stampMs).toISOString()},${value},${field(unit)}\r\n`;
    rows += 1;
    if (rows % rowsAtOnce !== 0) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

export function rollupCsv(series: readonly ReadingsSeries[]): string {
  const rows = series.flatMap(({ edge, sensor, stampsMs, min, max, mean, count }) =>
    stampsMs.map((stampMs, at) => {
      const figures = [min?.[at], max?.[at], mean[at], count?.[at]].map((each) => each ?? '');
      return [edge, sensor, new Date(stampMs).toISOString(), ...figures].join(',');
    }),
  );
  return `${rollupHead}${rows.map((row) => `${row}\r\n`).join('')}`;
}

/** A spreadsheet must not take a unit for a formula, nor a comma in it for the end of the field. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
