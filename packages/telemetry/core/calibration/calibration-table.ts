/** A measured correction: what the sensor says, and what it should have said. */

/** [raw, true], at least two; raw values rise. */
export type CalibrationTable = readonly (readonly [raw: number, corrected: number])[];

/** Why a table cannot be used, for people; undefined when it can. */
export function tableProblem(table: CalibrationTable): string | undefined {
  if (table.length < 2) return 'needs two points or more';
  const falls = table.findIndex(([raw], at) => at > 0 && raw <= (table[at - 1]?.[0] ?? raw));
  return falls === -1 ? undefined : `the raw value of point ${falls + 1} must be above the one before`;
}

/** On the straight lines between the points, and beyond them on the first and the last line. */
export function correct(table: CalibrationTable, raw: number): number {
  const above = table.findIndex(([at], place) => place > 0 && raw <= at);
  const upper = above === -1 ? table.length - 1 : above;
  const [low, high] = [table[upper - 1], table[upper]];
  if (low === undefined || high === undefined) return raw;
  return low[1] + ((raw - low[0]) * (high[1] - low[1])) / (high[0] - low[0]);
}
