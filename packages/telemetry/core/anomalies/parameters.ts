/** One set of parameters for every sensor. All scales are learnt from the stream, so none has the unit of a value. */

/** A normal distribution's standard deviation is this many times its median absolute deviation. */
export const sigmaPerDeviation = 1.4826;

export const parameters = {
  /** Readings that the checks of single readings look back on; half of them may be wild. Odd, so that one is the middle. */
  windowReadings: 31,
  /** Standard deviations from the window's median: Hampel filters take 3, but readings are not normal and come by the million. */
  outlierSigmas: 8,
  /** The same for the step from one reading to the next. */
  jumpSigmas: 10,
  /** How often the 99th percentile of what this sensor does anyway: spiky ones, like a machine's load, earn a higher limit. */
  overTail: 2,
  /** Intervals between readings, in medians, that are a gap. */
  gapIntervals: 5,
  /** Equal readings in a row that may mean a sensor that hangs, however lively it was. */
  stuckReadings: 30,
  /** And as often the longest run so far, for coarse sensors rest often. */
  stuckOverLongest: 4,
  /** Changes after which a sensor is known to change at all. */
  livelyChanges: 30,
  /** The slow checks look at means of this time: shorter than what a day does, longer than any noise. */
  slotMs: 3_600_000,
  /** Slots before the slow checks speak: ten days, so that days and nights and a weekend are known. */
  slotsToKnow: 240,
  /** Slots after which the older half of the long memory is given up: half a year. */
  slotsToForget: 4_400,
  /** Weight of the newest slot in the moving average: 2 / (n + 1) for six slots. */
  averageWeight: 2 / 7,
  /** Robust standard deviations of the moving average from the middle of the long memory. */
  driftSigmas: 3.2,
  /** CUSUM (Page, 1954): what a slot may be off without counting, and the sum that is a shift. In standard deviations. */
  shiftSlackSigmas: 2.5,
  shiftSum: 16,
} as const;
