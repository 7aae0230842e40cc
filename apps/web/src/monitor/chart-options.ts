/** What uPlot is told: axes, lines, bands, and what is drawn behind and over them. */
import { valueRange, valueWords } from '@bothy/telemetry/views';
import type uPlot from 'uplot';
import { type ChartColours, type ChartLimit, type ChartLine, colourName, unitsOf } from './chart-model.ts';
import { drawLimits, drawSpells, type Overlays } from './chart-overlays.ts';
import { timeLabels } from './time-labels.ts';

export interface ChartOptions {
  readonly lines: readonly ChartLine[];
  readonly colours: ChartColours;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Read at each drawing: they change without the chart being made anew. */
  readonly overlays: () => Overlays;
  readonly stretch: () => { readonly fromMs: number; readonly toMs: number };
  readonly selected: (fromMs: number, toMs: number) => void;
  readonly pointed: (place: number | null) => void;
}

const font = '12px "Inter Variable", system-ui, sans-serif';

export function chartOptions(options: ChartOptions): uPlot.Options {
  const { lines, colours, widthPx, heightPx, overlays, stretch } = options;
  const units = unitsOf(lines);
  const axis = { stroke: colours.of('--slate'), font, ticks: { show: false } } as const;
  const isNarrow = widthPx < 480;
  const grid = { stroke: colours.of('--stone'), width: 1 };
  return {
    width: widthPx,
    height: heightPx,
    ms: 1,
    padding: [12, units.length > 1 ? 0 : 16, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: { size: 8, width: 2 },
    },
    scales: {
      x: {
        time: true,
        range: () => {
          const { fromMs, toMs } = stretch();
          return [fromMs, toMs];
        },
      },
      ...Object.fromEntries(units.map((unit) => [unit, { range: rangeOf(unit, overlays) }])),
    },
    axes: [
      {
        ...axis,
        grid,
        space: 84,
        size: 44,
        values: (_chart, marks, _axis, _space, step) => [...timeLabels(marks, step)],
      },
      ...units.map((unit, at) => ({
        ...axis,
        scale: unit,
        side: at === 0 ? 3 : 1,
        size: isNarrow ? 44 : 56,
        grid: at === 0 ? grid : { show: false },
        // On a phone the table below names the units.
        ...(unit === '' || isNarrow ? {} : { label: unit, labelSize: 18, labelFont: font }),
        values: (_chart: uPlot, marks: number[]) => marks.map((mark) => valueWords(mark, marks)),
      })),
    ],
    series: [{}, ...lines.flatMap((line) => seriesOf(line, colours))],
    bands: bandsOf(lines, colours),
    hooks: {
      drawAxes: [(chart) => drawSpells(chart, overlays().spells, colours)],
      draw: [(chart) => drawLimits(chart, overlays().limits, units, colours)],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          options.selected(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
        },
      ],
      setCursor: [(chart) => options.pointed(chart.cursor.idx ?? null)],
    },
  };
}

/** A line has one column, or three: mean, lowest and highest. */
export function columnsOf({ line }: ChartLine): 1 | 3 {
  return line.min === undefined || line.max === undefined ? 1 : 3;
}

function seriesOf(line: ChartLine, colours: ChartColours): uPlot.Series[] {
  const stroke = colours.of(colourName(line.colour));
  const mean: uPlot.Series = { label: line.title, scale: line.unit, stroke, width: 1.75 };
  if (columnsOf(line) === 1) return [mean];
  const edge: uPlot.Series = { scale: line.unit, width: 0, points: { show: false } };
  return [mean, edge, edge];
}

function bandsOf(lines: readonly ChartLine[], colours: ChartColours): uPlot.Band[] {
  const bands: uPlot.Band[] = [];
  let at = 1;
  for (const line of lines) {
    const columns = columnsOf(line);
    if (columns === 3) {
      const fill = `color-mix(in srgb, ${colours.of(colourName(line.colour))} 22%, transparent)`;
      bands.push({ series: [at + 2, at + 1], fill });
    }
    at += columns;
  }
  return bands;
}

function rangeOf(unit: string, overlays: () => Overlays): uPlot.Scale.Range {
  const mine = (limits: readonly ChartLimit[]): number[] =>
    limits.filter((each) => each.unit === unit).map(({ limit }) => limit);
  return (_chart, low, high) => {
    const [from, to] = valueRange(finite(low), finite(high), mine(overlays().limits));
    return [from, to];
  };
}

/** Without a value uPlot gives null, whatever its types say. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
