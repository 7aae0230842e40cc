/**
 * Why a node ends a connection. From 3000 to 3499 a client reconnects, with backoff and jitter, here or at another
 * node; from 3500 to 3999 it does not, for the same would happen again. WebSocket's own codes 1002, 1007 and 1009
 * (broken frame, text that is not UTF-8, frame too large) come from the library, and mean the client is broken.
 */
export const closeCodes = {
  /** The node stops; another one goes on. */
  nodeStopping: 3000,
  /** Nothing came from the client for two heartbeats. */
  silent: 3001,
  /** No `session.open` within ten seconds. */
  notOpened: 3002,
  /** The node's rooms start anew; the client resumes where it was. */
  restarted: 3003,
  /** The client reads too slowly: what waited for it is dropped, and a resume brings it again. */
  slow: 3008,
  /** A frame that is not text. */
  protocolError: 3500,
  /** The person's sign-in holds no longer; the client signs in anew first. */
  unauthorized: 3501,
} as const;

export type CloseReason = keyof typeof closeCodes;

/** What the close frame says beside its code: at most 123 bytes. */
export const closeSentences: Readonly<Record<CloseReason, string>> = {
  nodeStopping: 'This node stops. Reconnect, here or at another node.',
  silent: 'Nothing came for too long. Reconnect, and call session.ping in every heartbeat.',
  notOpened: 'No session.open came in time. Reconnect and open a session.',
  restarted: 'The rooms of this node start anew. Reconnect and resume.',
  slow: 'Too much waited to be read. Reconnect and resume.',
  protocolError: 'Only text frames are spoken here.',
  unauthorized: 'Your sign-in holds no longer. Sign in again.',
};
