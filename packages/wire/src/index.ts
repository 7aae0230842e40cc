export type { Certificate, Proof } from './certificate.ts';
export type { BridgedPublish, BridgeMessage, RetainedVersion } from './cluster/bridge-message.ts';
export type {
  DirectoryCommand,
  DirectoryContent,
  DirectoryResult,
  DirectoryRoomClaim,
} from './directory/directory-command.ts';
export { directoryLevel, levelOfCommand, levelOfContent } from './directory/directory-level.ts';
export type { DirectoryAbout, DirectoryMessage } from './directory/directory-message.ts';
export { type KeptKey, keyHoldsOver } from './directory/kept-key.ts';
export {
  type Ballot,
  claimsPerName,
  type NameClaim,
  type NameRecord,
} from './directory/name-claim.ts';
export {
  claimantsOf,
  claimedAfter,
  compareBallots,
  mergeRecords,
  ownerOf,
  recordText,
  releasedRecord,
} from './directory/name-record.ts';
export { fromBase64Url, toBase32, toBase64Url } from './encoding.ts';
export {
  type EntryBody,
  type EntryHeader,
  type EntryRecord,
  type EntryTarget,
  type LogKey,
  logKeyOf,
  type VerifiedEntry,
} from './entry.ts';
export type {
  Candidate,
  ContactBody,
  Description,
  DescriptionBody,
  Envelope,
  EnvelopeBody,
  EnvelopeKind,
  EnvelopeRecipient,
  EnvelopeSender,
  Presence,
  SessionBody,
} from './envelope.ts';
export { BothyError, type BothyErrorOptions, type ErrorCode, errorCodes } from './errors.ts';
export {
  type Frame,
  frameChannel,
  type LogVector,
  lastWallMs,
  type PingFrame,
  type PlainFrame,
  type PongFrame,
  type VerifiedFrame,
} from './frames.ts';
export {
  type Boot,
  bootCounter,
  bootPattern,
  type DeviceAddress,
  type DeviceId,
  deviceIdPattern,
  deviceKey,
  directConversationId,
  formatBoot,
  type Name,
  namePattern,
  type PersonId,
  parseDeviceKey,
  personIdPattern,
} from './ids.ts';
export { type KeyFile, keyFileIterations } from './key-file.ts';
export { limits, utf8Bytes } from './limits.ts';
export type {
  ClusterMessage,
  DirectoryRoom,
  NodeInfo,
  NodeLoad,
  RoomSnapshot,
} from './rooms/cluster-messages.ts';
export type {
  DeletionOutcome,
  LocalCommand,
  OrderedCommand,
  Resumed,
  ResumeRequest,
  RoomActor,
  RoomAnswer,
  RoomAnswers,
  RoomCommand,
  RoomCommandKind,
  RoomResult,
} from './rooms/room-commands.ts';
export {
  type Attachment,
  type Author,
  authorPattern,
  guestPattern,
  type LeaveReason,
  type NodeId,
  nodeIdPattern,
  type Position,
  type RoomContent,
  type RoomEntry,
  type RoomId,
  type RoomInfo,
  type RoomMember,
  type RoomPresence,
  type RoomRole,
  type RoomState,
  type RoomVisibility,
  requestIdPattern,
  roomIdPattern,
  roomRoles,
} from './rooms/room-entry.ts';
export { roomLimits } from './rooms/room-limits.ts';
export {
  entryNotification,
  flatEntry,
  type NodeHealth,
  type Notification,
  noticeNotification,
  type RoomNotice,
} from './rooms/room-notices.ts';
export type {
  AnswerOf,
  ClientMethod,
  ServerAnswer,
  ServerFrame,
  SessionAnswers,
  SessionOpened,
} from './rooms/server-frames.ts';
export {
  attachSignature,
  detachSignature,
  type SignatureDomain,
  signatureDomains,
  signedBytes,
  unsignedText,
} from './signed-json.ts';
export {
  type Alarm,
  type AlarmCommand,
  type AlarmEntry,
  type AlarmEntryKind,
  type AlarmId,
  type AlarmNote,
  type AlarmNotification,
  type AlarmRoute,
  type AlarmTarget,
  alarmEntryKinds,
  alarmId,
  alarmIdPattern,
  alarmLimits,
  type EdgeAlarms,
  edgeAlarmsLimits,
  routeLimits,
} from './telemetry/alarm.ts';
export {
  type EdgeEnrolment,
  edgeClientId,
  edgeSecretPattern,
  edgeSecretPrefix,
  enrolmentCodePattern,
  isLaterEnrolment,
} from './telemetry/edge-enrolment.ts';
export {
  type BootNumbers,
  type CommandAnswer,
  type EdgeCommand,
  type EdgeControl,
  type EdgeFault,
  type EdgeHome,
  type EdgeStatus,
  edgeFaults,
  edgeLimits,
  type FiringRule,
  type SensorState,
  type SensorStatus,
  sensorStates,
} from './telemetry/edge-messages.ts';
export { homeHoldsOver } from './telemetry/home-order.ts';
export {
  type AlarmChanged,
  type EdgeCounts,
  type LiveEdge,
  type LiveSensor,
  liveLimits,
  type ReadingsQuery,
  type ReadingsSeries,
  type Resolution,
  resolutions,
  type SensorKey,
  sensorKey,
  type TelemetryFigures,
  type TelemetrySnapshot,
  type TelemetrySubscription,
  type TelemetryTick,
} from './telemetry/live.ts';
export {
  type QuestionKind,
  type QuestionOf,
  questionLimits,
  type TelemetryAnswers,
  type TelemetryQuestion,
} from './telemetry/question.ts';
export {
  type EdgeId,
  isoTime,
  type Reading,
  type SensorName,
  type TelemetryEvent,
  type TelemetryPayload,
  telemetryLimits,
  telemetryNamePattern,
  telemetryPayload,
  unixTime,
} from './telemetry/reading.ts';
export {
  type AnomalyCheck,
  type AnomalyCondition,
  anomalyChecks,
  type ChangeCondition,
  type ChangeDirection,
  type Comparison,
  type Condition,
  changeDirections,
  comparisons,
  type GroupCondition,
  type LeafCondition,
  type Rule,
  ruleLimits,
  type SensorReference,
  type Severity,
  type StaleCondition,
  severities,
  type ThresholdCondition,
  type Weekday,
  type WeekSpan,
  weekdays,
} from './telemetry/rule.ts';
export {
  conditionProblem,
  hysteresisProblem,
  leavesOf,
  type RuleScope,
  ruleProblem,
  scopeOf,
  spanProblem,
} from './telemetry/rule-problem.ts';
export {
  type EdgeTopic,
  edgeTopics,
  type ParsedTelemetryTopic,
  type ParsedUserTopic,
  parseTelemetryTopic,
  parseUserTopic,
  type SignallingTopic,
  signallingTopics,
  topics,
} from './topics.ts';
