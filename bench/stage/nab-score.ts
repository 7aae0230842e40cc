/**
 * Scores detections against labelled windows, as the Numenta Anomaly Benchmark does (Lavin, Ahmad: "Evaluating real-time
 * anomaly detection algorithms", ICMLA 2015, section III): early in a window is better, and each false alarm costs more
 * the farther it lies behind one. Standard profile.
 */

export interface LabelledWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface DetectionScore {
  readonly found: number;
  readonly windows: number;
  readonly falseAlarms: number;
  /** Detections within windows, of all. 1 when there is none. */
  readonly precision: number;
  readonly recall: number;
  /** 100: every window at its first moment and no false alarm. 0: nothing said. */
  readonly nab: number;
}

const weights = { found: 1, falseAlarm: 0.11, missed: 1 } as const;

/** `detectionsMs` rise. What comes before `fromMs` is learning, and does not count: NAB gives the first 15 %. */
export function scoreDetections(
  detectionsMs: readonly number[],
  windows: readonly LabelledWindow[],
  fromMs: number,
): DetectionScore {
  const counted = detectionsMs.filter((each) => each >= fromMs);
  const firsts = windows.map(({ fromMs: from, toMs }) =>
    counted.find((each) => each >= from && each <= toMs),
  );
  const wrong = counted.filter(
    (each) => !windows.some(({ fromMs: from, toMs }) => each >= from && each <= toMs),
  );
  const found = firsts.filter((each) => each !== undefined).length;
  let score = 0;
  firsts.forEach((first, i) => {
    const window = windows[i];
    if (first === undefined || window === undefined) score -= weights.missed;
    else score += weights.found * sigmoid((first - window.toMs) / (window.toMs - window.fromMs));
  });
  for (const each of wrong) score += weights.falseAlarm * falseAlarmWorth(each, windows);
  const worst = -weights.missed * windows.length;
  const best = weights.found * windows.length * sigmoid(-1);
  return {
    found,
    windows: windows.length,
    falseAlarms: wrong.length,
    precision: counted.length === 0 ? 1 : (counted.length - wrong.length) / counted.length,
    recall: found / windows.length,
    nab: (100 * (score - worst)) / (best - worst),
  };
}

/** -1 at the start of a window gives 0.987, 0 at its end nothing, and behind it less than nothing. */
function sigmoid(place: number): number {
  return 2 / (1 + Math.exp(5 * place)) - 1;
}

function falseAlarmWorth(atMs: number, windows: readonly LabelledWindow[]): number {
  const last = windows.filter(({ toMs }) => toMs < atMs).at(-1);
  return last === undefined ? -1 : sigmoid((atMs - last.toMs) / (last.toMs - last.fromMs));
}
