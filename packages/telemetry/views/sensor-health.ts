/** Whether a value is still worth looking at. Rule TV12. */
import type { LiveSensor, SensorStatus } from '@bothy/wire';
import { spanWords } from './value-words.ts';

export type HealthTone = 'good' | 'away' | 'bad';

export interface HealthWords {
  readonly tone: HealthTone;
  /** Fits into a card. */
  readonly short: string;
  readonly sentence: string;
}

/** Three readings that did not come. */
const missedReadings = 3;
/** A device whose interval nobody knows and that spoke once is given this long. */
const unknownIntervalMs = 60_000;
/** Sooner than this nobody calls a sensor late. */
const leastLateMs = 5_000;

/** The usual distance of the last readings; undefined with fewer than three. */
export function usualIntervalMs(recent: LiveSensor['recent']): number | undefined {
  if (recent.length < 3) return undefined;
  const distances = recent.slice(1).map(([stampMs], at) => stampMs - (recent[at]?.[0] ?? 0));
  distances.sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)];
}

/** `nowMs` by the node's clock, as `heardMs` is. `status` is what the edge says of it. */
export function sensorHealth(
  sensor: LiveSensor,
  status: SensorStatus | undefined,
  nowMs: number,
): HealthWords {
  if (sensor.state === 'off') return { tone: 'away', short: 'off', sentence: 'It is switched off.' };
  if (sensor.state === 'hung' || sensor.state === 'failing') {
    const hung = sensor.state === 'hung';
    const sentence = status?.sentence ?? (hung ? 'It does not answer.' : 'It answers with errors.');
    return { tone: 'bad', short: hung ? 'does not answer' : 'fails', sentence };
  }
  if (sensor.heardMs === null)
    return { tone: 'away', short: 'no reading yet', sentence: 'Nothing came so far.' };
  const ageMs = nowMs - sensor.heardMs;
  const intervalMs = status?.intervalMs ?? usualIntervalMs(sensor.recent) ?? unknownIntervalMs;
  if (ageMs > Math.max(missedReadings * intervalMs, leastLateMs)) {
    const sentence = `The last reading came ${spanWords(ageMs)} ago; one is due every ${spanWords(intervalMs)}.`;
    return { tone: 'away', short: 'silent', sentence };
  }
  if (status?.fault !== undefined) {
    return {
      tone: 'away',
      short: `fault: ${status.fault}`,
      sentence: 'It is simulated, and was broken on command.',
    };
  }
  return { tone: 'good', short: 'well', sentence: 'Readings come as they should.' };
}
