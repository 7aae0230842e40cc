export {
  compareRows,
  type MessageItem,
  type MessageStatus,
  mergeRows,
  messageItems,
  statusOf,
} from './conversation-view.ts';
export {
  applyNotice,
  bestLink,
  contactList,
  initialPeerState,
  type LinkView,
  type PeerState,
  type ProgressView,
  unreadOf,
} from './peer-state.ts';
export { safetyNumber } from './safety-number.ts';
export { type UnsentMessage, withUnsent } from './unsent.ts';
