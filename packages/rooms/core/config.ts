/** What a rooms core is started with, and the times and sizes it lives by. */
import { type NodeInfo, roomLimits } from '@bothy/wire';

export interface RoomsConfig {
  readonly self: NodeInfo;
  /** `host:port` of nodes to announce to, beside those remembered. */
  readonly join: readonly string[];
  /** The name of the open room that this node offers from its first start; empty for none. */
  readonly defaultRoom: string;
}

/** Constants, not options: two nodes that disagree on them are hard to reason about. */
export const timing = {
  /** Every node tells every other that it is there; where they are many it asks one of them as often (SWIM). */
  heartbeatMs: 1_000,
  /** Where they are many: shorter than `downAfterMs`, so that one doubt does not end a link that works. */
  manyNodesHeartbeatMs: 4_000,
  /**
   * A silence that only one in 100,000 heartbeats explains, by those of this node before, is a ground to suspect it: by
   * chance that is once in a day. Some 2 s where heartbeats are punctual.
   */
  suspectedAtPhi: 5,
  /** Silence after which a node counts as down: a pause of 2 s is common, one of 5 s is not. */
  downAfterMs: 5_000,
  /** A node that cannot be reached is dialled again after so long, doubling up to the second. */
  dialAgainMs: 500,
  dialAgainMaxMs: 10_000,
  /** From forwarding a command to telling its client that the administrator does not answer. */
  forwardTimeoutMs: 10_000,
  /** A member whose node failed leaves after so long, unless they resume elsewhere. */
  leaveAfterMs: 60_000,
  /** A guest without a connection leaves after so long: nobody can prove to be them later. */
  guestLeavesAfterMs: 600_000,
  /** A member without a connection is `away` for so long, then `offline`. */
  offlineAfterMs: 60_000,
  /** From PREPARE to counting silence as a refusal. */
  voteTimeoutMs: 5_000,
  /** PREPARE, a decision and a question about one are said again after so long, doubling up to the second. */
  commitAgainMs: 1_000,
  commitAgainMaxMs: 15_000,
  /** A copy that was refused, though somebody here is told of the room, is asked for again after so long. */
  followAgainMs: 5_000,
  /** A follower that has nobody left stops following after so long. */
  unfollowAfterMs: 30_000,
  /** How long what another node said of a room is said again, unless the room is listed as changed before. */
  roomInfosMs: 2_000,
  /** How long a mark of what was read waits for others, to be stored with them; so much of them a crash takes. */
  readMarksMs: 2_000,
  /** What the directory could not be told is told again after so long; it refuses after some seconds itself. */
  directoryAgainMs: 2_000,
} as const;

export const bounds = {
  /** Nodes of one cluster that are remembered. */
  nodes: 64,
  /** Up to so many nodes each tells every other every second. */
  fewNodes: 10,
  /** Commands that wait for their turn, per room; more are refused with `rate_limited`. */
  queuePerRoom: 1_000,
  /** Commands on their way to an administrator, over all rooms. */
  forwards: 10_000,
  /**
   * Entries of a room kept in memory, and of all rooms together by their size. More than wait in a queue: what
   * the store did not hold when it was asked is found here.
   */
  tailEntries: 1_024,
  tailBytes: 32 * 1024 * 1024,
  /** Entries read from the store at a time. */
  page: 128,
  /** Bodies in one answer, and in all that a resume brings; what is left out is said. */
  answerBytes: 1024 * 1024,
  replayBytes: 4 * 1024 * 1024,
  /** Entries in one message to another node. */
  deliverEntries: 256,
  /** Deliveries to one copy that wait for its store. */
  parkedDeliveries: 1_000,
  /** A copy that lacks more than this starts anew near the end of the log. */
  followEntries: 5_000,
  /** Deleted rooms that are remembered; then the oldest is forgotten. */
  tombstones: 100_000,
  /** Answers that are being read from the store; more wait no longer and are refused. */
  pages: 10_000,
  pinned: 50,
  /** Answers of other nodes about their rooms that are kept, and asked for at once. */
  roomInfos: 1_000,
  /** Members whose marks of what was read wait to be stored; at so many they are at once. */
  readMarks: 500,
  membersPerRoom: roomLimits.membersPerRoom,
  roomsPerNode: roomLimits.roomsPerNode,
  /** Entries that a new copy starts with; older ones stay at the administrator. */
  newCopyEntries: 500,
  /** Rooms of one other node that are listed. */
  remoteRooms: 10_000,
  /** Rooms in one message of the directory. */
  directoryRooms: 500,
  /** Rooms that wait for the directory to take them; more are refused with `rate_limited`. */
  drafts: 1_000,
  /** Who waits for one of them. */
  draftOrigins: 16,
  /** What the directory is asked at a time beside what somebody waits for: all own rooms, when it knows none of them. */
  directoryAsks: 32,
  /** Deletions that are under way. */
  deletions: 1_000,
  /** Who waits for the outcome of one deletion. */
  deletionOrigins: 16,
} as const;
