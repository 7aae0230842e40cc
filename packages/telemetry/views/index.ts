export {
  type Band,
  type BandScale,
  type BandTone,
  bandOf,
  carbonDioxide,
  meanOfHours,
  type Placed,
  particlesUs,
  particlesWho,
  placed,
  scalesFor,
} from './air-bands.ts';
export {
  type AlarmStanding,
  alarmsInOrder,
  alarmTitle,
  entryWords,
  isNews,
  severityWords,
  shelvingTimes,
  standingOf,
  standingWords,
  waitingAlarms,
} from './alarm-list.ts';
export { alarmSpells, type Spell } from './alarm-spells.ts';
export { type ComfortHint, comfortHint } from './comfort.ts';
export { type CountLine, clockWords, countLines, edgeHealth } from './edge-words.ts';
export { type LiveView, liveViewOf, withAlarm, withTick } from './live-view.ts';
export { checkRuleText, type RuleCheck, ruleMeaning, sensorsNamed, spanOfWeekWords } from './rule-check.ts';
export { type HealthTone, type HealthWords, sensorHealth, usualIntervalMs } from './sensor-health.ts';
export {
  type AlignedLines,
  alignLines,
  type Cell,
  gapMsOf,
  resolutionMs,
  type SeriesLine,
  withLive,
} from './series-window.ts';
export { type SparkSize, sparklinePath } from './sparkline.ts';
export { severityAt, type Threshold, thresholdsOf } from './thresholds.ts';
export {
  panned,
  pointsFor,
  type RangeName,
  refreshMsOf,
  type Stretch,
  stretchOf,
  type TimeWindow,
  timeRanges,
  windowOf,
  zoomed,
} from './time-window.ts';
export { valueRange } from './value-range.ts';
export { agoWords, bytesWords, countWords, sensorWords, spanWords, valueWords } from './value-words.ts';
