/** What a client core is started with, and the times and sizes it lives by. */
import type { ErrorCode, ResumeRequest } from '@bothy/wire';
import type { KnownNode } from './inputs.ts';
import type { OutgoingMessage } from './outputs.ts';

export interface ClientConfig {
  /** Nodes to choose from, the preferred one first; at least one. */
  readonly nodes: readonly KnownNode[];
  /** 8 to 32 characters of `[A-Za-z0-9]` that no other start uses: own requests are named by it. */
  readonly run: string;
  /** Whether messages are kept by `persist` until they are acknowledged. Without, a restart loses what waits. */
  readonly keepsOutbox: boolean;
  /** What the outbox held, in the order of writing. */
  readonly outbox: readonly OutgoingMessage[];
  /** Rooms that it was in when it ended, and the last entry it had of each: it comes back to them. @default none */
  readonly rooms?: readonly ResumeRequest[];
}

export const clientTiming = {
  /** From `connect` to `connected`: a network that swallows everything takes a minute to say so itself. */
  connectTimeoutMs: 10_000,
  /** From `connected` to an open session. */
  openTimeoutMs: 15_000,
  /** Until a ping is answered, or the connection counts as dead. */
  pongTimeoutMs: 10_000,
  /** The same when there is reason for doubt, as after a sleep; a satellite's second there and back is no death. */
  doubtTimeoutMs: 5_000,
  /** A session that stood for so long was a success: the next loss is retried at once. */
  stableMs: 10_000,
  /** Between tries once every node was tried in vain; the first try after a loss is up to `firstRetryMs` later. */
  firstRetryMs: 500,
  retryBaseMs: 1_000,
  retryMaxMs: 30_000,
  /** What a node said of its sessions so long ago says nothing any more. */
  loadStaleMs: 600_000,
  /** A message that nobody answered is sent again; nodes give an administrator 10 s. */
  answerTimeoutMs: 20_000,
  /** What was refused for now is tried again after so long, doubling up to the second. */
  againBaseMs: 1_000,
  againMaxMs: 15_000,
  /** A call that is no message is given up. */
  callTimeoutMs: 30_000,
  /** Members are asked for anew so long after a resume, and up to as much later, so that a crowd does not ask at once. */
  membersAfterMs: 1_000,
} as const;

export const clientBounds = {
  /** Messages that wait or have failed, over all rooms. */
  messages: 1_000,
  /** Calls that are not answered. */
  calls: 256,
  /** Rooms followed: as many as one session resumes. */
  rooms: 200,
  /** Entries of one room held back while the ones before them are fetched. */
  heldEntries: 1_000,
  /** A hole of up to so many entries is filled; a larger one is shown as a gap. */
  fillEntries: 1_000,
  /** Entries asked for at a time. */
  page: 200,
  /** Members of larger rooms are not asked for anew after a resume: a crowd that comes back would ask for each other. */
  membersRefreshed: 200,
  nodes: 64,
  /** A room that a node does not know is looked for so often again, over some seconds. */
  lookedForAgain: 3,
} as const;

/** Codes after which the same request may succeed later. */
export const passingCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'administrator_unreachable',
  'node_unreachable',
  'rate_limited',
  'room_busy',
  'session_required',
  'storage_failed',
]);
