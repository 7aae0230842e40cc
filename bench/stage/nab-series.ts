/** The series and labels of the Numenta Anomaly Benchmark, where a folder with them is at hand. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reading } from '@bothy/wire';
import { parseTimestamp } from '@bothy/wire/schemas';
import type { LabelledWindow } from './nab-score.ts';

export interface NabSeries {
  readonly readings: readonly Reading[];
  readonly windows: readonly LabelledWindow[];
}

const series = 'ambient_temperature_system_failure.csv';

/** Undefined when the folder is not there. Throws when it is and cannot be read. */
export function nabSeries(folder: string): NabSeries | undefined {
  if (!existsSync(join(folder, series))) return undefined;
  const labels: unknown = JSON.parse(readFileSync(join(folder, 'windows.json'), 'utf8'));
  const { ambient } = labels as { ambient: readonly (readonly [string, string])[] };
  const rows = readFileSync(join(folder, series), 'utf8').trim().split('\n').slice(1);
  return {
    windows: ambient.map(([from, to]) => ({ fromMs: timeOf(from), toMs: timeOf(to) })),
    readings: rows.map((row) => {
      const [timestamp = '', value] = row.split(',');
      const known = { sensor: 'temperature', node: 'office', event: false, eventType: null, hist: true };
      return { ...known, value: Number(value), stampMs: timeOf(timestamp) };
    }),
  };
}

function timeOf(text: string): number {
  const parsed = parseTimestamp(text, () => 0);
  if (!parsed.ok) throw new Error(`${text} ${parsed.reason}`);
  return parsed.value;
}
