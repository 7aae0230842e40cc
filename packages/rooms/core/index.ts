export { bounds, type RoomsConfig, timing } from './config.ts';
export type { DirectoryRefused, RoomClusterMessage, RoomsInput } from './inputs.ts';
export type { RoomsOutput } from './outputs.ts';
export type {
  MemberRecord,
  RoomFinding,
  RoomIntent,
  RoomQuery,
  RoomRecord,
  RoomsSnapshot,
  RoomWrite,
} from './records.ts';
export { withoutBody } from './redactions.ts';
export { RoomsCore } from './rooms-core.ts';
