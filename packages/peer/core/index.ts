export { bounds, type PeerConfig, timing } from './config.ts';
export type { EntrySeal, PeerCommand, PeerInput, RtcEvent } from './inputs.ts';
export type {
  CommandResult,
  CopyDifference,
  CopyState,
  EntryContent,
  LinkStage,
  LinkState,
  PeerNotice,
  PeerOutput,
  RtcOperation,
} from './outputs.ts';
export { PeerCore } from './peer-core.ts';
export { Receipts } from './receipts.ts';
export type {
  Contact,
  ContactState,
  EntryQuery,
  EntryRow,
  LogHead,
  PeerSnapshot,
  PeerWrite,
  ReadMark,
  Receipt,
  Ticks,
} from './records.ts';
