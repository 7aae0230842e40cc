export {
  type Authenticate,
  type Authentication,
  type AuthenticationOptions,
  type AuthenticationRefusal,
  authenticator,
  type ConnectAttempt,
  wasForwarded,
} from './authentication.ts';
export type { PersistenceLimits } from './bounded-persistence.ts';
export { Broker } from './broker.ts';
export type { BrokerCounts, BrokerLog, BrokerOptions } from './broker-options.ts';
export type { TlsCredentials } from './listeners.ts';
export { type PublishRate, publishRate } from './publish-allowance.ts';
