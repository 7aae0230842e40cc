export {
  type Authenticate,
  type Authentication,
  type AuthenticationOptions,
  type AuthenticationRefusal,
  authenticator,
  type ConnectAttempt,
} from './authentication.ts';
export { Broker, type BrokerCounts, type BrokerLog, type BrokerOptions } from './broker.ts';
