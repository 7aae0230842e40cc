/** Figures with their aims, as a Markdown table that also reads well on a terminal. */

export interface Figure {
  readonly what: string;
  /** As it is printed, unit included: `24.1 ms`. */
  readonly ours: string;
  readonly beside: string;
  /** What the aim is about, as it is printed: `1.42 [1.35, 1.51]`. */
  readonly measured: string;
  /** `≤ 1.6`; undefined when there is none. */
  readonly aim?: string;
  /** Left out without an aim. `undecided`: the aim lies within what the noise of this run allows. */
  readonly verdict?: 'met' | 'undecided' | 'missed';
}

export function figureTable(figures: readonly Figure[]): string {
  const head = ['what', 'Bothy', 'beside it', 'ratio or figure', 'aim', ''];
  const rows = figures.map((figure) => [
    figure.what,
    figure.ours,
    figure.beside,
    figure.measured,
    figure.aim ?? '',
    figure.verdict === 'missed' ? '**missed**' : (figure.verdict ?? ''),
  ]);
  return markdownTable(head, rows);
}

/** Columns are padded to the same width. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(3, title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (cells[i] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
}
