import { alignLines, type Stretch } from '@bothy/telemetry/views';
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type ChartMoves, listenForGestures } from './chart-gestures.ts';
import { type ChartLine, coloursOf, unitsOf } from './chart-model.ts';
import { chartOptions, columnsOf } from './chart-options.ts';
import type { Overlays } from './chart-overlays.ts';

export interface TimeChartHandle {
  /** The chart as it is drawn, to be taken along. */
  readonly canvas: () => HTMLCanvasElement | undefined;
}

/** What is under the pointer: for each line its value there, in their order. */
export interface Pointed {
  readonly stampMs: number;
  readonly values: readonly (number | null)[];
}

interface TimeChartProps {
  readonly ref?: Ref<TimeChartHandle>;
  readonly lines: readonly ChartLine[];
  readonly stretch: Stretch;
  readonly overlays: Overlays;
  /** What it shows, for who cannot see it. */
  readonly label: string;
  readonly heightPx: number;
  readonly moves?: ChartMoves;
  readonly selected?: (fromMs: number, toMs: number) => void;
  readonly pointed?: (at: Pointed | undefined) => void;
  /** Told the width, for nobody asks for more points than there are pixels. */
  readonly measured?: (widthPx: number) => void;
}

/** Lines over time, drawn on a canvas. It is made anew only when other lines, another size or other colours are wanted. */
export function TimeChart(props: TimeChartProps) {
  const { lines, stretch, overlays, label, heightPx, ref, measured } = props;
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(props);
  const [widthPx, setWidthPx] = useState(0);
  const scheme = useColourScheme();
  useLayoutEffect(() => {
    latest.current = props;
  });
  const data = useMemo(() => dataOf(lines), [lines]);
  const drawn = useRef(data);
  // What makes another chart of it; everything else is given to the one that there is.
  const shape = lines.map((each) => `${each.key} ${each.unit} ${each.colour} ${columnsOf(each)}`).join();

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidthPx(element.clientWidth));
    setWidthPx(element.clientWidth);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (widthPx > 0) measured?.(widthPx);
  }, [widthPx, measured]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: of the lines only the shape makes a new chart
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null || widthPx === 0) return;
    const options = chartOptions({
      lines: latest.current.lines,
      colours: coloursOf(element),
      widthPx,
      heightPx,
      overlays: () => latest.current.overlays,
      stretch: () => latest.current.stretch,
      selected: (fromMs, toMs) => latest.current.selected?.(fromMs, toMs),
      pointed: (place) => latest.current.pointed?.(pointedAt(drawn.current, latest.current.lines, place)),
    });
    drawn.current = dataOf(latest.current.lines);
    const made = new uPlot(options, drawn.current, element);
    chart.current = made;
    const end = listenForGestures(made.over, {
      zoom: (factor, anchor) => latest.current.moves?.zoom(factor, anchor),
      pan: (by) => latest.current.moves?.pan(by),
    });
    return () => {
      end();
      made.destroy();
      chart.current = undefined;
    };
  }, [shape, widthPx, heightPx, scheme]);

  useLayoutEffect(() => {
    const made = chart.current;
    if (made === undefined || made.series.length !== data.length) return;
    drawn.current = data;
    made.setData(data, true);
  }, [data]);
  useLayoutEffect(() => {
    chart.current?.setScale('x', { min: stretch.fromMs, max: stretch.toMs });
  }, [stretch.fromMs, stretch.toMs]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are read while it is drawn
  useLayoutEffect(() => {
    chart.current?.redraw(false, true);
  }, [overlays]);

  useImperativeHandle(ref, () => ({ canvas: () => chart.current?.ctx.canvas }), []);
  return (
    <div
      ref={frame}
      className="time-chart"
      role="img"
      aria-label={label}
      data-units={unitsOf(lines).join(' ')}
      data-points={data[0]?.length ?? 0}
    />
  );
}

function dataOf(lines: readonly ChartLine[]): uPlot.AlignedData {
  const { stampsMs, columns } = alignLines(lines.map(({ line }) => line));
  return [[...stampsMs], ...columns.flat().map((column) => [...column])];
}

function pointedAt(
  data: uPlot.AlignedData,
  lines: readonly ChartLine[],
  place: number | null,
): Pointed | undefined {
  const stampMs = place === null ? undefined : data[0]?.[place];
  if (place === null || stampMs === undefined) return undefined;
  let at = 1;
  const values = lines.map((line) => {
    const column = data[at];
    at += columnsOf(line);
    return nearest(column, place);
  });
  return { stampMs, values };
}

/** Where another line has a point and this one none, its last point says how it stood. */
function nearest(column: ArrayLike<number | null | undefined> | undefined, place: number): number | null {
  for (let at = place; column !== undefined && at >= 0 && at > place - 50; at -= 1) {
    const value = column[at];
    if (value !== undefined) return value;
  }
  return null;
}

const darkScheme = '(prefers-color-scheme: dark)';

function useColourScheme(): 'dark' | 'light' {
  const [isDark, setIsDark] = useState(() => matchMedia(darkScheme).matches);
  useEffect(() => {
    const query = matchMedia(darkScheme);
    const changed = () => setIsDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return isDark ? 'dark' : 'light';
}
