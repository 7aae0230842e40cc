export {
  alarmCommandSchema,
  alarmSchema,
  parseAlarmCommand,
  parseAlarmRoute,
  parseAlarmRoutes,
  parseEdgeAlarms,
} from './alarm-schema.ts';
export { parseCertificate, parseProof } from './certificate-schema.ts';
export { checkBridgeMessage } from './cluster-schema.ts';
export { type ClusterStatusAnswer, checkClusterStatus } from './cluster-status-schema.ts';
export { type DirectoryStatusAnswer, directoryStatus } from './directory-status-schema.ts';
export { parseEdgeEnrolment } from './edge-enrolment-schema.ts';
export {
  checkEdgeCommand,
  type EdgeTopicContext,
  parseEdgeControl,
  parseEdgeHome,
  parseEdgeStatus,
} from './edge-messages-schema.ts';
export { parseEntryBody, parseEntryHeader } from './entry-schema.ts';
export { parseEnvelope, parsePresence } from './envelope-schema.ts';
export { parseFrame } from './frame-schema.ts';
export { maxKeyFileBytes, parseKeyFile } from './key-file-schema.ts';
export * as liveParts from './live-schema.ts';
export {
  parseAlarmChanged,
  parseTelemetrySnapshot,
  parseTelemetrySubscription,
  parseTelemetryTick,
  type WholeSubscription,
} from './live-schema.ts';
export type { Parsed } from './parse.ts';
export { parseTelemetryAnswer, parseTelemetryQuestion } from './question-schema.ts';
export {
  checkReading,
  parseReading,
  parseTelemetryEvent,
  type ReadingContext,
} from './reading-schema.ts';
export { callId, extensionIdPrefix, parseServerFrame } from './room-answer-schema.ts';
export {
  checkRoomDigest,
  digestFanout,
  maxDigestLevel,
  maxDigestNumbers,
  type RoomDigestAnswer,
  roomDigestAnswer,
} from './room-digest-schema.ts';
export { type RoomCall, type RoomMethod, roomMethods, sessionOpenParams } from './room-methods.ts';
export * as roomParts from './room-parts.ts';
export { type ParsedParams, parseParams } from './room-parts.ts';
export {
  type ClientFrame,
  nestsDeeper,
  parseClientFrame,
  type RpcId,
  rpcErrors,
  traceparentOf,
} from './room-request.ts';
export * as roomResults from './room-results.ts';
export { type RoomNotificationRow, roomNotifications } from './room-results.ts';
export { checkRule, checkRules } from './rule-schema.ts';
export { parseTimestamp, type ZoneOffset } from './timestamp.ts';
