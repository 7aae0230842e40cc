export { type AppointmentRequest, appointOperator } from './appoint-operator.ts';
export {
  type ConfigName,
  type ConfigTexts,
  configNames,
  type ListenAddress,
  type NodeConfig,
  parseConfig,
} from './config.ts';
export type { LanInfo } from './lan/lan.ts';
export { type LogArea, type LogLevel, logAreas, logLevels } from './logs/log-levels.ts';
export {
  isChosen,
  type LineLook,
  type LogChoice,
  type LogLine,
  parseLogLine,
  prettyLine,
} from './logs/log-line.ts';
export { type ReadLogOptions, readLog } from './logs/read-log.ts';
export { type InvitationRequest, makeInvitation } from './make-invitation.ts';
export { hostsOf } from './request-guard.ts';
export { type RunningNode, type StartOptions, startNode } from './start-node.ts';
export { version } from './version.ts';
