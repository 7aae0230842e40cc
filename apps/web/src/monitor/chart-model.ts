/** What a chart is given to draw, and what of it is drawn in which colour. */
import type { SeriesLine } from '@bothy/telemetry/views';
import type { SensorKey, Severity } from '@bothy/wire';

export interface ChartLine {
  readonly key: SensorKey;
  /** `Temperature · edge-1`. */
  readonly title: string;
  /** Empty for none; lines of one unit share an axis. */
  readonly unit: string;
  /** Its place among those chosen. */
  readonly colour: number;
  readonly line: SeriesLine;
}

/** A limit of a rule, on the axis of its unit. */
export interface ChartLimit {
  readonly unit: string;
  readonly limit: number;
  readonly severity: Severity;
  readonly title: string;
}

/** A stretch of time in which something was wrong. */
export interface ChartSpell {
  readonly fromMs: number;
  readonly toMs: number;
  readonly severity: Severity;
  readonly title: string;
}

export const lineColours = ['moss', 'lake', 'rust', 'heather', 'gorse', 'fjord'] as const;

export function colourName(colour: number): string {
  return `--series-${lineColours[colour % lineColours.length]}`;
}

/** A chart has an axis at each side. */
export const mostUnits = 2;

/** The units that are drawn, in the order in which they come. */
export function unitsOf(lines: readonly { readonly unit: string }[]): readonly string[] {
  return [...new Set(lines.map(({ unit }) => unit))].slice(0, mostUnits);
}

export interface ChartColours {
  readonly of: (token: string) => string;
}

/** The tokens as the page has them now; a canvas cannot use them by name. */
export function coloursOf(element: HTMLElement): ChartColours {
  const style = getComputedStyle(element);
  return { of: (token) => style.getPropertyValue(token).trim() };
}

export function severityToken(severity: Severity): string {
  return severity === 'danger' ? '--ember' : severity === 'warning' ? '--lichen' : '--slate';
}
