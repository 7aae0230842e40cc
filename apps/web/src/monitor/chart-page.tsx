import {
  panned,
  type SeriesLine,
  sensorWords,
  stretchOf,
  type TimeWindow,
  thresholdsOf,
  valueWords,
  windowOf,
  zoomed,
} from '@bothy/telemetry/views';
import { BothyError, type Rule, type SensorKey } from '@bothy/wire';
import { useEffect, useMemo, useRef, useState } from 'react';
import { AirNotes } from './air-notes.tsx';
import { chartPicture, download, exportName } from './chart-export.ts';
import type { ChartMoves } from './chart-gestures.ts';
import { useChartKeys } from './chart-keys.ts';
import { type ChartLimit, type ChartLine, coloursOf } from './chart-model.ts';
import { ChartTools } from './chart-tools.tsx';
import { LineTable } from './line-table.tsx';
import { useMonitor, useRules, useTelemetry } from './monitor-context.ts';
import { monitorHash } from './monitor-route.ts';
import { SensorChoice } from './sensor-choice.tsx';
import { type Pointed, TimeChart, type TimeChartHandle } from './time-chart.tsx';
import { momentWords } from './time-labels.ts';
import { type History, useHistory } from './use-history.ts';
import { useSpells } from './use-spells.ts';

interface ChartPageProps {
  readonly sensors: readonly SensorKey[];
  readonly shown: TimeWindow;
}

const none: SeriesLine = {
  edge: '',
  sensor: '',
  resolution: 'raw',
  thinned: false,
  stampsMs: [],
  mean: [],
};

/** Sensors over time. What is shown stands in the address, so that it can be kept and passed on. */
export function ChartPage({ sensors, shown }: ChartPageProps) {
  const { session, client } = useMonitor();
  const { view } = useTelemetry();
  const rules = useRules();
  const [widthPx, setWidthPx] = useState(0);
  const [pointed, setPointed] = useState<Pointed>();
  const [trouble, setTrouble] = useState<string>();
  const chart = useRef<TimeChartHandle>(null);
  const frame = useRef<HTMLElement>(null);
  const history = useHistory(sensors, shown, widthPx);
  const nowMs = useSliding(shown, widthPx);
  const lines = useLines(sensors, history);
  const limits = useMemo(() => limitsOf(lines, rules), [lines, rules]);
  const spells = useSpells(sensors, nowMs);
  const stretch = stretchOf(shown, nowMs);
  const overlays = useMemo(() => ({ limits, spells }), [limits, spells]);
  // Each step of a gesture builds on the one before, which the address may not show yet.
  const latest = useRef(shown);
  useEffect(() => {
    latest.current = shown;
  }, [shown]);

  const go = useMemo(
    () =>
      (window: TimeWindow, chosen: readonly SensorKey[] = sensors): void => {
        latest.current = window;
        // A place in time is no page to go back to: this tells listeners and adds none.
        location.replace(monitorHash({ page: 'chart', sensors: chosen, window }));
      },
    [sensors],
  );
  const now = () => session.nowMs();
  useChartKeys(
    () => latest.current,
    now,
    (window) => go(window),
  );
  const moves = useMemo<ChartMoves>(
    () => ({
      zoom: (factor, anchor) => go(zoomed(latest.current, factor, session.nowMs(), anchor)),
      pan: (by) => go(panned(latest.current, by, session.nowMs())),
    }),
    [go, session],
  );

  async function take(make: () => Promise<Blob>, ending: string): Promise<void> {
    try {
      download(await make(), exportName(sensors, stretch.toMs, ending));
      setTrouble(undefined);
    } catch (thrown) {
      setTrouble(BothyError.from(thrown).message);
    }
  }
  const title = `${momentWords(stretch.fromMs)} – ${momentWords(stretch.toMs)}`;
  const picture = async (): Promise<Blob> => {
    const [canvas, element] = [chart.current?.canvas(), frame.current];
    if (canvas === undefined || element === null) throw new BothyError('not_found', 'There is no chart yet.');
    return await chartPicture(canvas, title, lines, coloursOf(element));
  };

  if (view === undefined) return null;
  const known = sensors.flatMap((key) => view.sensors.get(key) ?? []);
  return (
    <section className="chart-page" aria-label="Charts" ref={frame}>
      <div className="chart-head">
        <SensorChoice view={view} chosen={sensors} choose={(chosen) => go(shown, chosen)} />
        <ChartTools shown={shown} current={() => latest.current} nowMs={now} show={(window) => go(window)} />
      </div>
      {sensors.length === 0 ? (
        <p className="hint">Choose what you want to see; several sensors can be in one chart.</p>
      ) : (
        <>
          <div className="chart-card" aria-busy={history.isFirst}>
            <TimeChart
              ref={chart}
              lines={lines}
              stretch={stretch}
              overlays={overlays}
              label={labelOf(lines, title)}
              heightPx={340}
              moves={moves}
              selected={(fromMs, toMs) => go(windowOf(fromMs, toMs, session.nowMs()))}
              pointed={setPointed}
              measured={setWidthPx}
            />
            <ChartState history={history} lines={lines} />
          </div>
          <LineTable
            lines={lines}
            limits={limits}
            pointed={pointed}
            remove={(key) =>
              go(
                shown,
                sensors.filter((each) => each !== key),
              )
            }
          />
          <div className="actions chart-actions">
            <button
              type="button"
              className="button small"
              onClick={() => void take(() => client.csv({ sensors, ...stretch, points: 5_000 }), 'csv')}
            >
              Save as CSV
            </button>
            <button type="button" className="button small" onClick={() => void take(picture, 'png')}>
              Save as picture
            </button>
            <span className="hint">Drag to zoom in, turn the wheel, or use + − ← → and 0 for live.</span>
          </div>
          {trouble !== undefined && (
            <p className="notice bad" role="alert">
              {trouble}
            </p>
          )}
          <AirNotes sensors={known} />
        </>
      )}
    </section>
  );
}

function useLines(sensors: readonly SensorKey[], { lines }: History): readonly ChartLine[] {
  const { view } = useTelemetry();
  const units = sensors.map((key) => view?.sensors.get(key)?.unit ?? '').join('\n');
  return useMemo(
    () =>
      sensors.map((key, colour) => {
        const [edge = '', sensor = ''] = key.split('/');
        const line = lines.get(key) ?? none;
        const unit = line.unit ?? units.split('\n')[colour] ?? '';
        return { key, title: `${sensorWords(sensor)} · ${edge}`, unit, colour, line };
      }),
    [sensors, lines, units],
  );
}

function limitsOf(lines: readonly ChartLine[], rules: readonly Rule[]): readonly ChartLimit[] {
  const all = lines.flatMap(({ key, unit }) => {
    const [edge = '', sensor = ''] = key.split('/');
    return thresholdsOf(rules, edge, sensor).map(({ rule, severity, limit }) => ({
      unit,
      limit,
      severity,
      title: rule,
    }));
  });
  const seen = new Set<string>();
  return all.filter(({ unit, limit, title }) => {
    const key = `${unit} ${limit} ${title}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** The node's time, as often as it moves a live chart by a pixel. */
function useSliding(shown: TimeWindow, widthPx: number): number {
  const { session } = useMonitor();
  const [nowMs, setNowMs] = useState(() => session.nowMs());
  const spanMs = shown.kind === 'live' ? shown.spanMs : undefined;
  useEffect(() => {
    setNowMs(session.nowMs());
    if (spanMs === undefined) return;
    const everyMs = Math.min(Math.max(spanMs / Math.max(widthPx, 300), 250), 5_000);
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setNowMs(session.nowMs());
    }, everyMs);
    return () => clearInterval(timer);
  }, [session, spanMs, widthPx]);
  return nowMs;
}

function ChartState({ history, lines }: { history: History; lines: readonly ChartLine[] }) {
  if (history.problem !== undefined) {
    return (
      <p className="chart-state hint problem" role="status">
        {history.problem}
      </p>
    );
  }
  if (history.isFirst) {
    return (
      <p className="chart-state hint" role="status">
        Reading…
      </p>
    );
  }
  const isEmpty = lines.every(({ line }) => line.stampsMs.length === 0);
  return isEmpty ? (
    <p className="chart-state hint" role="status">
      Nothing was measured in this time.
    </p>
  ) : null;
}

function labelOf(lines: readonly ChartLine[], title: string): string {
  const parts = lines.map((each) => {
    const last = each.line.mean.at(-1);
    return last === undefined
      ? `${each.title}: nothing`
      : `${each.title}: last ${valueWords(last)} ${each.unit}`;
  });
  return `Chart of ${title}. ${parts.join('; ')}. Figures are in the table below.`;
}
