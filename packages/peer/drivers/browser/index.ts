export { browserIdentityStore, type IdentityStore } from './identity-store.ts';
export {
  type HistoryPosition,
  type HistoryQuery,
  openPeerDatabase,
  type PeerDatabaseOptions,
  type PeerStore,
} from './peer-database.ts';
export {
  type PeerSession,
  type PeerSessionOptions,
  type PeerStart,
  startPeerSession,
} from './peer-session.ts';
