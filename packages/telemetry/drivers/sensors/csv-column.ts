/** Reads one column of numbers, and one of times, out of a CSV file (RFC 4180; comma, semicolon or tab). */

export interface CsvColumns {
  readonly values: Float64Array;
  /** Unix milliseconds, rising; undefined without a column of times. */
  readonly timesMs: Float64Array | undefined;
}

export const mostCsvRows = 1_000_000;

type Column = string | number;

/** Throws a sentence. Rows whose value or time cannot be read are passed over. */
export function readCsv(text: string, column: Column | undefined, time: Column | undefined): CsvColumns {
  const lines = linesOf(text);
  const opening = lines.next().value ?? '';
  const separator = separatorOf(opening);
  const first = cells(opening, separator);
  const hasHeader = first.some((cell) => cell !== '' && timeOf(cell) === undefined);
  const header = hasHeader ? first : first.map((_, at) => String(at + 1));
  const at = place(header, column ?? (header.includes('value') ? 'value' : header.length));
  const timeAt = time === undefined ? undefined : place(header, time);
  const values: number[] = [];
  const times: number[] = [];
  const take = (row: readonly string[]): void => {
    const value = numberOf(row[at] ?? '');
    const ms = timeAt === undefined ? 0 : timeOf(row[timeAt] ?? '');
    if (value === undefined || ms === undefined || ms < (times.at(-1) ?? ms)) return;
    if (values.length === mostCsvRows) throw new Error(`The file has more than ${mostCsvRows} rows.`);
    values.push(value);
    if (timeAt !== undefined) times.push(ms);
  };
  if (!hasHeader) take(first);
  for (const line of lines) take(cells(line, separator));
  if (values.length === 0) throw new Error('The file has no row with a number in that column.');
  return {
    values: Float64Array.from(values),
    timesMs: timeAt === undefined ? undefined : Float64Array.from(times),
  };
}

/** One by one: an array of all lines takes several times the file. Empty ones are passed over. */
function* linesOf(text: string): Generator<string, undefined> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end === -1 ? text.length : end).replace(/\r$/, '');
    from = end === -1 ? text.length : end + 1;
    if (line.trim() !== '') yield line;
  }
  return undefined;
}

function separatorOf(line: string): string {
  const counted = [',', ';', '\t'].map((each) => ({ each, count: line.split(each).length }));
  return counted.sort((a, b) => b.count - a.count)[0]?.each ?? ',';
}

function cells(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator).map((cell) => cell.trim());
  const found: string[] = [];
  let [cell, quoted] = ['', false];
  for (const sign of line.replaceAll('""', '\u0000')) {
    if (sign === '"') quoted = !quoted;
    else if (sign === separator && !quoted) {
      found.push(cell);
      cell = '';
    } else cell += sign;
  }
  return [...found, cell].map((each) => each.replaceAll('\u0000', '"').trim());
}

function place(header: readonly string[], column: Column): number {
  const at = typeof column === 'number' ? column - 1 : header.indexOf(column);
  if (at >= 0 && at < header.length) return at;
  throw new Error(`The file has no column ${column}. It has ${header.slice(0, 12).join(', ')}.`);
}

function numberOf(text: string): number | undefined {
  // A decimal comma, in a file that does not separate by commas.
  const value = text === '' ? Number.NaN : Number(text.replace(/^(-?\d+),(\d+)$/, '$1.$2'));
  return Number.isFinite(value) ? value : undefined;
}

/** ISO 8601, or Unix time in seconds or milliseconds. */
function timeOf(text: string): number | undefined {
  const number = numberOf(text);
  const ms = number === undefined ? Date.parse(text) : number < 1e11 ? number * 1_000 : number;
  return Number.isFinite(ms) ? ms : undefined;
}
