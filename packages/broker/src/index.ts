export {
  type Authenticate,
  type Authentication,
  type AuthenticationOptions,
  type AuthenticationRefusal,
  authenticator,
  type ConnectAttempt,
  wasForwarded,
} from './authentication.ts';
export type { BridgeCounts } from './bridge/bridge.ts';
export { defaultOutboxLimits, type OutboxLimits } from './bridge/bridge-outbox.ts';
export type { BridgeOptions, NodeBridge } from './bridge/broker-bridge.ts';
export { Broker } from './broker.ts';
export type { BrokerCounts, BrokerLog, BrokerOptions } from './broker-options.ts';
export type { TlsCredentials } from './listeners.ts';
export type { NodeBroker } from './node-broker.ts';
export {
  type HeardPublish,
  NodeClient,
  type NodePublishOptions,
  type RefusedPublish,
  type RetainedPublish,
} from './node-client.ts';
export { OutsideBroker, type OutsideBrokerOptions, parseBrokerUrl } from './outside-broker.ts';
export type { PersistenceLimits } from './persistence-options.ts';
export { type PublishRate, publishRate } from './publish-allowance.ts';
