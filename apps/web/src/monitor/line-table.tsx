import { valueWords } from '@bothy/telemetry/views';
import { Icon } from '../shell/icons.tsx';
import { type ChartLimit, type ChartLine, lineColours, mostUnits, unitsOf } from './chart-model.ts';
import type { Pointed } from './time-chart.tsx';
import { momentWords } from './time-labels.ts';

interface LineTableProps {
  readonly lines: readonly ChartLine[];
  readonly limits: readonly ChartLimit[];
  readonly pointed: Pointed | undefined;
  readonly remove?: (key: string) => void;
}

/** The legend, and what the lines say in figures: also for who cannot see them. */
export function LineTable({ lines, limits, pointed, remove }: LineTableProps) {
  const units = unitsOf(lines);
  return (
    <div className="line-table-frame">
      <table className="line-table">
        <caption className="visually-hidden">What the chart shows, in figures</caption>
        <thead>
          <tr>
            <th scope="col">Sensor</th>
            <th scope="col">{pointed === undefined ? 'Last' : momentWords(pointed.stampMs)}</th>
            <th scope="col">Lowest</th>
            <th scope="col">Mean</th>
            <th scope="col">Highest</th>
            <th scope="col">Limits</th>
            {remove !== undefined && (
              <th scope="col">
                <span className="visually-hidden">Take away</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {lines.map((line, at) => {
            const figures = figuresOf(line);
            const shown = pointed === undefined ? figures.last : (pointed.values[at] ?? null);
            const mine = limits.filter(({ title, unit }) => unit === line.unit && title !== '');
            return (
              <tr key={line.key}>
                <th scope="row">
                  <span className={`swatch series-${lineColours[line.colour % lineColours.length]}`} />
                  {line.title}
                  {!units.includes(line.unit) && (
                    <span className="hint"> not drawn: a chart has {mostUnits} axes</span>
                  )}
                </th>
                <td className="line-now">
                  {words(shown)} <span className="hint">{line.unit}</span>
                </td>
                <td>{words(figures.low)}</td>
                <td>{words(figures.mean)}</td>
                <td>{words(figures.high)}</td>
                <td className="hint">{mine.map(({ limit }) => valueWords(limit)).join(', ') || '–'}</td>
                {remove !== undefined && (
                  <td>
                    <button
                      type="button"
                      className="button icon-only small"
                      aria-label={`Take away ${line.title}`}
                      onClick={() => remove(line.key)}
                    >
                      <Icon name="close" sizePx={16} />
                    </button>
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function words(value: number | null): string {
  return value === null ? '–' : valueWords(value, [0.5]);
}

function figuresOf({ line }: ChartLine) {
  const { mean, min = mean, max = mean } = line;
  if (mean.length === 0) return { last: null, low: null, mean: null, high: null };
  return {
    last: mean.at(-1) ?? null,
    low: min.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    mean: mean.reduce((a, b) => a + b, 0) / mean.length,
    high: max.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  };
}
