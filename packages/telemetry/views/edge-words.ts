/** How an edge does, in a person's words. Rule TV13. */
import type { LiveEdge } from '@bothy/wire';
import type { HealthWords } from './sensor-health.ts';
import { agoWords, countWords, spanWords } from './value-words.ts';

/** More than this waits only while an edge catches up: a node confirms several times in a second. */
const usualWaiting = 100;
/** Two status messages that did not come; an edge says one every 30 s. */
const silentMs = 75_000;

export function edgeHealth(edge: LiveEdge, nowMs: number): HealthWords {
  const heard =
    edge.heardMs === null ? 'It was not heard yet.' : `It was heard ${agoWords(nowMs - edge.heardMs)}.`;
  if (edge.kind === 'plain') {
    return {
      tone: 'good',
      short: 'plain device',
      sentence: `It says readings and nothing of itself. ${heard}`,
    };
  }
  if (edge.state === 'offline') {
    return { tone: 'bad', short: 'offline', sentence: `${heard} What it measures meanwhile comes later.` };
  }
  if (edge.state === 'unknown') {
    return { tone: 'away', short: 'not heard', sentence: 'It has not said how it is.' };
  }
  if (edge.heardMs !== null && nowMs - edge.heardMs > silentMs) {
    return { tone: 'away', short: 'silent', sentence: `${heard} It should speak every 30 s.` };
  }
  const sensors = edge.status?.sensors ?? [];
  const ill = sensors.filter(({ state }) => state === 'hung' || state === 'failing');
  if (ill.length > 0) {
    const names = ill.map(({ sensor }) => sensor).join(', ');
    return {
      tone: 'bad',
      short: `${ill.length} of ${countWords(sensors.length, 'sensor')} ${ill.length === 1 ? 'fails' : 'fail'}`,
      sentence: `No good readings of: ${names}. The others go on.`,
    };
  }
  const waiting = edge.status?.outbox?.waiting ?? 0;
  if (waiting > usualWaiting) {
    return {
      tone: 'away',
      short: 'catching up',
      sentence: `${countWords(waiting, 'reading')} wait to be stored; they come in order.`,
    };
  }
  return { tone: 'good', short: 'online', sentence: heard };
}

/** `3 ms behind ours, give or take 2 ms`. An edge states how far the node is ahead of it. */
export function clockWords(
  clock: { readonly offsetMs: number; readonly errorMs: number } | undefined,
): string {
  if (clock === undefined) return 'not compared yet';
  const { offsetMs, errorMs } = clock;
  const error = `give or take ${shortSpan(errorMs)}`;
  if (Math.abs(offsetMs) <= errorMs) return `as ours, ${error}`;
  return `${shortSpan(Math.abs(offsetMs))} ${offsetMs > 0 ? 'behind' : 'ahead of'} ours, ${error}`;
}

function shortSpan(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return spanWords(ms);
}

export interface CountLine {
  readonly title: string;
  readonly count: number;
  readonly about: string;
  readonly tone: 'plain' | 'away';
}

/** What its home node counted of its readings. */
export function countLines({ counts }: Pick<LiveEdge, 'counts'>): readonly CountLine[] {
  const tone = (count: number): CountLine['tone'] => (count === 0 ? 'plain' : 'away');
  return [
    { title: 'Stored', count: counts.stored, about: 'readings, each once', tone: 'plain' },
    {
      title: 'Missing',
      count: counts.missing,
      about: 'numbers of which nothing came',
      tone: tone(counts.missing),
    },
    { title: 'Late', count: counts.late, about: 'came after their time, and are stored', tone: 'plain' },
    { title: 'Double', count: counts.double, about: 'came again, and were left out', tone: 'plain' },
    { title: 'Refused', count: counts.refused, about: 'were no readings', tone: tone(counts.refused) },
  ];
}
