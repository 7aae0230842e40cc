import {
  pointsFor,
  refreshMsOf,
  type SeriesLine,
  stretchOf,
  type TimeWindow,
  withLive,
} from '@bothy/telemetry/views';
import { BothyError, liveLimits, type ReadingsSeries, type SensorKey, sensorKey } from '@bothy/wire';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useMonitor, useTelemetry } from './monitor-context.ts';

export interface History {
  /** By sensor; those of which nothing is known yet are absent. */
  readonly lines: ReadonlyMap<SensorKey, SeriesLine>;
  /** Nothing was answered yet. */
  readonly isFirst: boolean;
  readonly problem?: string;
}

interface Answer {
  readonly series: readonly ReadingsSeries[];
  readonly askedToMs: number;
}

type Reading = readonly [number, number];

/** While somebody zooms, the last place is asked for and none of those between. */
const settleMs = 120;

/** What was measured in a window: asked for over REST, as many points as pixels, and continued by what comes. */
export function useHistory(sensors: readonly SensorKey[], window: TimeWindow, widthPx: number): History {
  const { session, client } = useMonitor();
  const { kind } = useTelemetry();
  const [answer, setAnswer] = useState<Answer>();
  const [problem, setProblem] = useState<string>();
  const [version, setVersion] = useState(0);
  const lastAsked = useRef(Number.NEGATIVE_INFINITY);
  const live = useRef(new Map<SensorKey, Reading[]>());
  const keys = sensors.join(' ');
  const isLive = window.kind === 'live';
  const [one, other] = window.kind === 'live' ? [window.spanMs, 0] : [window.fromMs, window.toMs];
  // A chart that is drawn some pixels wider does not ask again.
  const points = pointsFor(Math.floor(widthPx / 64) * 64);

  useEffect(() => {
    const wanted = new Set(keys.split(' '));
    for (const key of live.current.keys()) if (!wanted.has(key)) live.current.delete(key);
    return session.onReadings((readings) => {
      let isNew = false;
      for (const [edge, sensor, stampMs, value] of readings) {
        const key = sensorKey(edge, sensor);
        if (!wanted.has(key)) continue;
        isNew = true;
        const list = live.current.get(key) ?? [];
        list.push([stampMs, value]);
        // Without an answer for so long what is here is no line anyway.
        if (list.length > liveLimits.points) list.splice(0, list.length - liveLimits.points);
        live.current.set(key, list);
      }
      if (isNew) setVersion((before) => before + 1);
    });
  }, [session, keys]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the window by its numbers, and asked again with each connection
  useEffect(() => {
    if (widthPx === 0 || keys === '' || kind === 'away') return;
    let ended = false;
    async function read(): Promise<void> {
      const nowMs = session.nowMs();
      const { fromMs, toMs } = stretchOf(window, nowMs);
      // A little more at the left: it slides away from there.
      const margin = isLive ? (toMs - fromMs) / 50 : 0;
      try {
        const question = { sensors: keys.split(' '), fromMs: fromMs - margin, toMs, points };
        const series = await client.series(question);
        if (ended) return;
        for (const [key, list] of live.current) {
          live.current.set(
            key,
            list.filter(([stampMs]) => stampMs >= nowMs - 60_000),
          );
        }
        setAnswer({ series, askedToMs: toMs });
        setProblem(undefined);
      } catch (thrown) {
        if (!ended) setProblem(BothyError.from(thrown).message);
      }
    }
    // The first change is answered at once, those that follow in haste when they have settled.
    const sinceMs = performance.now() - lastAsked.current;
    lastAsked.current = performance.now();
    const first = setTimeout(() => void read(), sinceMs > settleMs ? 0 : settleMs);
    const again = isLive ? setInterval(() => void read(), refreshMsOf(one)) : undefined;
    return () => {
      ended = true;
      clearTimeout(first);
      clearInterval(again);
    };
  }, [session, client, keys, isLive, one, other, points, widthPx === 0, kind]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the readings that came
  const lines = useMemo(() => {
    const byKey = new Map<SensorKey, SeriesLine>();
    for (const series of answer?.series ?? []) {
      const key = sensorKey(series.edge, series.sensor);
      const came = isLive ? (live.current.get(key) ?? []) : [];
      const inOrder = came.toSorted(([a], [b]) => a - b);
      byKey.set(key, withLive(series, inOrder, answer?.askedToMs ?? 0));
    }
    return byKey;
  }, [answer, version, isLive]);
  return { lines, isFirst: answer === undefined, ...(problem === undefined ? {} : { problem }) };
}
