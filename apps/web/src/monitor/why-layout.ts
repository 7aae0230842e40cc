/** Where the samples, limits and transitions stand that a rule gives as its reasons. Pixels. */
import type { Explanation } from '@bothy/telemetry/core';
import { valueRange } from '@bothy/telemetry/views';

type Condition = Explanation['conditions'][number];

export const whySizePx = { width: 480, height: 120, margin: 8 } as const;

export interface WhyLayout {
  readonly points: readonly { readonly x: number; readonly y: number; readonly isBeyond: boolean }[];
  readonly limits: readonly {
    readonly y: number;
    readonly kind: 'limit' | 'until';
    readonly value: number;
  }[];
  readonly transitions: readonly { readonly x: number; readonly to: string }[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** Undefined when there is nothing to draw: no samples were kept. */
export function whyLayout(
  { samples, limit, until, demand }: Condition,
  transitions: Explanation['transitions'],
): WhyLayout | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const { width, height, margin } = whySizePx;
  const values = samples.map(({ value }) => value);
  // Only thresholds are values of the same axis; the limit of a change is a difference.
  const isValue = /^(above|below|at least|at most) /.test(demand);
  const lines = isValue ? [limit, until].filter((each) => each !== null) : [];
  // A reason without its limit in sight is none: here it is in the picture however far it is.
  const [low, high] = valueRange(Math.min(...values, ...lines), Math.max(...values, ...lines), []);
  const spanMs = Math.max(last.stampMs - first.stampMs, 1);
  const x = (ms: number): number => margin + ((ms - first.stampMs) / spanMs) * (width - 2 * margin);
  const y = (value: number): number =>
    height - margin - ((value - low) / (high - low)) * (height - 2 * margin);
  const isUpper = demand.startsWith('above') || demand.startsWith('at least');
  const isBeyond = (value: number): boolean =>
    isValue && limit !== null && (isUpper ? value > limit : value < limit);
  return {
    points: samples.map(({ stampMs, value }) => ({ x: x(stampMs), y: y(value), isBeyond: isBeyond(value) })),
    limits: lines.map((value, at) => ({ y: y(value), value, kind: at === 0 ? 'limit' : 'until' })),
    transitions: transitions
      .filter(({ wallMs }) => wallMs >= first.stampMs && wallMs <= last.stampMs)
      .map(({ wallMs, to }) => ({ x: x(wallMs), to })),
    fromMs: first.stampMs,
    toMs: last.stampMs,
  };
}
