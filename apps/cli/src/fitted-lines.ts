/**
 * Tables and sentences that fit the terminal: one that breaks lines by itself does so within words and columns, and a
 * table is not to be read then. Where there is no terminal nothing is fitted: programs look for whole rows.
 */

/** In characters; undefined where lines may be as long as they are. */
export type Columns = number | undefined;

/** Of a stream that is a terminal and knows its width; some tell 0. */
export function columnsOf({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): Columns {
  return isTTY && columns > 0 ? columns : undefined;
}

export interface TableRows {
  /** What the columns are called; the first one names a row. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Spaces before each line. @default 0 */
  readonly indent?: number;
}

/**
 * Aligned columns. When one row would be too long, all are records below each other: the name, and what is known of it,
 * each with the name of its column. A value that alone is too long is left whole, for it may be an address.
 */
export function tableLines({ head, rows, indent = 0 }: TableRows, columns: Columns): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const margin = ' '.repeat(indent);
  const lines = all.map((row) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return `${margin}${cells.join('  ')}`.trimEnd();
  });
  if (columns === undefined || lines.every((line) => line.length <= columns)) return lines;
  return rows.flatMap(([name = '', ...values]) => {
    const said = values.flatMap((value, at) => (value === '' ? [] : [`${head[at + 1] ?? ''} ${value}`]));
    return [`${margin}${name}`, ...joined(said, ' · ', `${margin}  `, columns)];
  });
}

/** The line as it is when it fits, else broken between words; what follows stands two columns to the right of its beginning. */
export function foldedLines(line: string, columns: Columns): string[] {
  if (columns === undefined || line.length <= columns) return [line];
  const margin = /^ */.exec(line)?.[0] ?? '';
  return joined(line.trim().split(/ +/), ' ', `${margin}  `, columns, margin);
}

/** As many parts on each line as have room there. */
function joined(
  parts: readonly string[],
  between: string,
  margin: string,
  columns: number,
  firstMargin = margin,
): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const part of parts) {
    const longer: string | undefined = line === undefined ? undefined : `${line}${between}${part}`;
    if (longer !== undefined && longer.length <= columns) {
      line = longer;
      continue;
    }
    if (line !== undefined) lines.push(line);
    line = `${lines.length === 0 ? firstMargin : margin}${part}`;
  }
  return line === undefined ? lines : [...lines, line];
}
