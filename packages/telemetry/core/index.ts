export { AlarmCore, edgeOffline } from './alarms/alarm-core.ts';
export type {
  AlarmAnswer,
  AlarmConfig,
  AlarmInput,
  AlarmOutput,
} from './alarms/messages.ts';
export type { AlarmRecord, AlarmSnapshot, AlarmWrite, EventOrder } from './alarms/records.ts';
export { AnomalyDetector, type AnomalyScores, type DetectorState } from './anomalies/anomaly-detector.ts';
export { parameters as anomalyParameters } from './anomalies/parameters.ts';
export {
  Backtest,
  type BacktestAlarm,
  type BacktestOptions,
  type BacktestSummary,
  backtest,
} from './backtest/backtest.ts';
export { EdgeCore } from './edge/edge-core.ts';
export { EdgeDisk } from './edge/edge-disk.ts';
export type { EdgeConfig, EdgeInput, EdgeOutput, EdgePublish, SensorCommand } from './edge/messages.ts';
export type {
  CommandedRules,
  EdgeAnswer,
  EdgeQuery,
  EdgeSnapshot,
  EdgeWrite,
  OutboxEntry,
  OutboxItem,
  ToldRecord,
} from './edge/records.ts';
export type { EngineConfig, EngineInput, EngineOutput, RuleEvent } from './engine/messages.ts';
export {
  type DetectorRecord,
  type EngineSnapshot,
  emptySnapshot,
  type RuleStateRecord,
  type RuleWrite,
} from './engine/records.ts';
export { RuleEngine } from './engine/rule-engine.ts';
export type { Sample } from './engine/sample-ring.ts';
export type { Phase, Transition } from './engine/transitions.ts';
export { isWithin } from './engine/week-hours.ts';
export { type ExplainedCondition, type Explanation, explain } from './explain/explain.ts';
export type { LeafView, RuleState } from './explain/rule-state.ts';
export { DirectoryHomeCore } from './home/directory-home-core.ts';
export { HomeCore } from './home/home-core.ts';
export type {
  HomeCommand,
  HomeConfig,
  HomeDirectoryAnswer,
  HomeInput,
  HomeOutput,
} from './home/messages.ts';
export type { HomeRecord, HomeSnapshot, HomeWrite } from './home/records.ts';
export { IngestCore } from './ingest/ingest-core.ts';
export { IngestDisk } from './ingest/ingest-disk.ts';
export type {
  AcceptedReading,
  HeardReading,
  IngestConfig,
  IngestedEdge,
  IngestInput,
  IngestOutput,
  Publisher,
  RefusalCount,
} from './ingest/messages.ts';
export {
  type EdgeRecord,
  emptyIngestSnapshot,
  type IngestSnapshot,
  type IngestWrite,
  type NumberRange,
  type RangesRecord,
  type StoredReading,
} from './ingest/records.ts';
export type { FullSubscription } from './live/audience.ts';
export { type DueTick, LiveModel, type LiveModelOptions } from './live/live-model.ts';
export type { ShownReading } from './live/live-sensor.ts';
export { ForeignAlarms } from './node/foreign-alarms.ts';
export type { NodeInput, NodeOutput, Source, SourcedReading } from './node/messages.ts';
export { isNamedRule, NodeCore, type NodeCores } from './node/node-core.ts';
export { alarmLine, deliveryText, headline } from './routes/delivery-words.ts';
export type { AttemptResult, RouteConfig, RouteInput, RouteOutput } from './routes/messages.ts';
export type {
  Delivery,
  News,
  NewsLine,
  RouteMark,
  RouteSnapshot,
  RouteWrite,
} from './routes/records.ts';
export { RoutesCore } from './routes/routes-core.ts';
export { currentEventType, defaultRules } from './rules/default-rules.ts';
export { durationWords, formatDuration, parseDuration } from './rules/duration.ts';
export { formatCondition, formatRule, formatWeekSpan } from './rules/format-rule.ts';
export { type ParsedRule, parseRule } from './rules/parse-rule.ts';
export type { RuleError } from './rules/rule-tokens.ts';
export {
  type SensorProfile,
  type SimulatedFault,
  SimulatedSensor,
  sensorProfiles,
  simulatedFaults,
} from './simulated/simulated-sensor.ts';
export type { TelemetryWrite } from './store-writes.ts';
