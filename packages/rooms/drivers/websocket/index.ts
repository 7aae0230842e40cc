export { type CloseReason, closeCodes, closeSentences } from './close-codes.ts';
export { RoomSocketServer } from './room-socket-server.ts';
export type {
  ExtensionMethod,
  KnownPerson,
  RoomSocketCounts,
  RoomSocketInput,
  RoomSocketLog,
  RoomSocketOptions,
  RoomSocketOutput,
  RoomTracer,
  SessionNotifier,
  SignIn,
  SignInAttempt,
  SocketExtension,
  SocketSession,
} from './socket-options.ts';
