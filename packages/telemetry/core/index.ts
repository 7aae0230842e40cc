export { AnomalyDetector, type AnomalyScores, type DetectorState } from './anomalies/anomaly-detector.ts';
export { parameters as anomalyParameters } from './anomalies/parameters.ts';
export { currentEventType, defaultRules } from './rules/default-rules.ts';
export { durationWords, formatDuration, parseDuration } from './rules/duration.ts';
export { formatCondition, formatRule, formatWeekSpan } from './rules/format-rule.ts';
export { type ParsedRule, parseRule } from './rules/parse-rule.ts';
export type { RuleError } from './rules/rule-tokens.ts';
