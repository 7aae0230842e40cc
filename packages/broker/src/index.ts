export {
  type Authenticate,
  type Authentication,
  type AuthenticationOptions,
  type AuthenticationRefusal,
  authenticator,
  type ConnectAttempt,
} from './authentication.ts';
export type { PersistenceLimits } from './bounded-persistence.ts';
export { Broker, type BrokerCounts, type BrokerLog, type BrokerOptions } from './broker.ts';
export type { TlsCredentials } from './listeners.ts';
