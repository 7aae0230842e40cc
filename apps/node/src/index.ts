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
export { type InvitationRequest, makeInvitation } from './make-invitation.ts';
export { hostsOf } from './request-guard.ts';
export { type RunningNode, type StartOptions, startNode } from './start-node.ts';
export { type EdgeCodeRequest, makeEdgeCode } from './telemetry/make-edge-code.ts';
export { version } from './version.ts';
