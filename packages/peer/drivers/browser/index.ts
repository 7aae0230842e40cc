export { DeviceDirectory, type DeviceDirectoryOptions } from './device-directory.ts';
export { sealEntry } from './entry-sealer.ts';
export { browserIdentityStore, type IdentityStore } from './identity-store.ts';
export {
  type EntryKey,
  type HistoryPosition,
  type HistoryQuery,
  openPeerDatabase,
  type PeerDatabaseOptions,
  type PeerStore,
} from './peer-database.ts';
export {
  type PeerSession,
  type PeerSessionOptions,
  startPeerSession,
} from './peer-session.ts';
export { RtcLinks, type RtcLinksEvents, type RtcLinksOptions } from './rtc-links.ts';
