/** A scan as readings, one piece of it in memory at a time. */
import type { Reading } from '@bothy/wire';
import type { ScanRange } from './telemetry-store.ts';
import type { NamedPiece, StoreQuestion } from './worker-messages.ts';

/** How long the first piece may be; then its size says. */
const firstSpanMs = 3_600_000;

export async function* scannedReadings(
  { edges, sensors, fromMs, toMs }: ScanRange,
  ask: (question: Extract<StoreQuestion, { kind: 'scan' }>) => Promise<NamedPiece>,
): AsyncGenerator<Reading> {
  let [next, spanMs]: [number | null, number] = [fromMs, firstSpanMs];
  while (next !== null) {
    const piece: NamedPiece = await ask({ kind: 'scan', edges, sensors, fromMs: next, toMs, spanMs });
    yield* readingsOf(piece);
    next = piece.nextMs;
    spanMs = piece.spanMs;
  }
}

function* readingsOf({ series, stamps, values, notes, names }: NamedPiece): Generator<Reading> {
  const known = new Map(
    names.map(([number, edge, sensor, unit]) => [
      number,
      { node: edge, sensor, event: false, eventType: null, hist: true, ...(unit === '' ? {} : { unit }) },
    ]),
  );
  const noted = new Map(notes);
  for (let i = 0; i < series.length; i++) {
    const about = known.get(series[i] ?? 0);
    if (about === undefined) throw new Error('A piece of a scan names all of its sensors.');
    const note = noted.get(i);
    const own = note === undefined ? {} : (JSON.parse(note) as Pick<Reading, 'quality' | 'extra'>);
    yield { ...about, value: values[i] ?? 0, stampMs: stamps[i] ?? 0, ...own };
  }
}
