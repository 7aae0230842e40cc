import { panned, type TimeWindow, timeRanges, zoomed } from '@bothy/telemetry/views';

interface ChartToolsProps {
  readonly shown: TimeWindow;
  /** The same, asked at each press. */
  readonly current: () => TimeWindow;
  readonly nowMs: () => number;
  readonly show: (window: TimeWindow) => void;
}

/** Which stretch of time is shown; the same by keys on the page (see `chart-keys.ts`). */
export function ChartTools({ shown, current, nowMs, show }: ChartToolsProps) {
  const isLive = shown.kind === 'live';
  return (
    <div className="chart-tools">
      <fieldset className="segments" aria-label="Time that is shown">
        {timeRanges.map(({ name, ms, words }) => (
          <button
            key={name}
            type="button"
            aria-pressed={isLive && shown.spanMs === ms}
            onClick={() => show({ kind: 'live', spanMs: ms })}
          >
            {words}
          </button>
        ))}
      </fieldset>
      <fieldset className="segments" aria-label="Move in time">
        <button type="button" title="Arrow left" onClick={() => show(panned(current(), -0.5, nowMs()))}>
          Earlier
        </button>
        <button
          type="button"
          title="Arrow right"
          aria-disabled={isLive}
          onClick={() => show(panned(current(), 0.5, nowMs()))}
        >
          Later
        </button>
        <button
          type="button"
          aria-label="Zoom in"
          title="+"
          onClick={() => show(zoomed(current(), 0.5, nowMs()))}
        >
          +
        </button>
        <button
          type="button"
          aria-label="Zoom out"
          title="−"
          onClick={() => show(zoomed(current(), 2, nowMs()))}
        >
          −
        </button>
        <button
          type="button"
          title="0"
          aria-pressed={isLive}
          onClick={() => show({ kind: 'live', spanMs: spanOf(current()) })}
        >
          Live
        </button>
      </fieldset>
    </div>
  );
}

function spanOf(window: TimeWindow): number {
  return window.kind === 'live' ? window.spanMs : window.toMs - window.fromMs;
}
