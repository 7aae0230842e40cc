/** Readings and times that tests of the store are made of. */
import type { StoredReading } from '../../../core/ingest/records.ts';
import type { TelemetryWrite } from '../../../core/store-writes.ts';

export const dayMs = 86_400_000;
export const minuteMs = 60_000;
/** Friday, 20 November 2026. */
export const friday = Date.UTC(2026, 10, 20);
export const fridayName = '2026-11-20';

/** Of a plain device, unless it says a seq. */
export function reading(stampMs: number, value: number, more: Partial<StoredReading> = {}): StoredReading {
  const about = {
    edge: 'edge-1',
    sensor: 'temperature',
    boot: null,
    seq: null,
    hist: false,
    heardMs: stampMs,
  };
  return { ...about, stampMs, value, ...more };
}

export function put(...readings: readonly StoredReading[]): TelemetryWrite {
  return { kind: 'putReadings', readings };
}

/** `count` of them from `fromMs` on, numbered, with two decimals. */
export function steady(
  fromMs: number,
  count: number,
  intervalMs: number,
  more: Partial<StoredReading> = {},
): StoredReading[] {
  return Array.from({ length: count }, (_, i) => {
    const value = Math.round(2_200 + 300 * Math.sin(i / 40) + ((i * 7_919) % 13)) / 100;
    return reading(fromMs + i * intervalMs, value, { boot: 1, seq: i + 1, ...more });
  });
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
