export { type ClientConfig, clientBounds, clientTiming } from './config.ts';
export type { ClientCall, ClientCommand, ClientInput, KnownNode, Whom } from './inputs.ts';
export type {
  ClientAnswer,
  ClientNotice,
  ClientOutput,
  ClientResult,
  ConnectionState,
  OutboxWrite,
  OutgoingMessage,
  RpcRequest,
} from './outputs.ts';
export { RoomsClientCore } from './rooms-client-core.ts';
