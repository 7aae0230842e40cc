/** The last values as a small line without axes. Rule TV16. */

export interface SparkSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * The `d` of an SVG path, broken where three usual distances have no reading. A flat line stands in the middle, and a
 * change that is a thousandth of the value is no mountain.
 */
export function sparklinePath(
  recent: readonly (readonly [number, number])[],
  { widthPx, heightPx }: SparkSize,
): string {
  const [first, last] = [recent[0], recent.at(-1)];
  if (first === undefined || last === undefined || recent.length < 2) return '';
  const values = recent.map(([, value]) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const middle = (low + high) / 2;
  const height = Math.max(high - low, Math.abs(middle) / 1_000, Number.MIN_VALUE);
  const spanMs = Math.max(last[0] - first[0], 1);
  const distances = recent.slice(1).map(([stampMs], at) => stampMs - (recent[at]?.[0] ?? 0));
  const usualMs = distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
  const edge = 2;
  return recent
    .map(([stampMs, value], at) => {
      const x = edge + ((stampMs - first[0]) / spanMs) * (widthPx - 2 * edge);
      const y = heightPx / 2 - ((value - middle) / height) * (heightPx - 2 * edge);
      const isBreak = at === 0 || (distances[at - 1] ?? 0) > 3 * Math.max(usualMs, 1);
      return `${isBreak ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
