export {
  compareRows,
  deviceOf,
  type MessageItem,
  type MessageStatus,
  mergeRows,
  messageItems,
  statusOf,
} from './conversation-view.ts';
export {
  type CopyCheck,
  type CopyFault,
  type CopyReader,
  copyWords,
  deviceWords,
  differenceWords,
  entryCount,
  faultWords,
} from './copy-words.ts';
export {
  applyNotice,
  bestLink,
  type CopyView,
  contactList,
  initialPeerState,
  type LinkView,
  type PeerState,
  type ProgressView,
  unreadOf,
} from './peer-state.ts';
export { safetyNumber } from './safety-number.ts';
export { type UnsentMessage, withUnsent } from './unsent.ts';
