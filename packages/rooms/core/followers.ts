/**
 * At the administrator: the nodes that keep a copy of its rooms. Each gets what
 * it lacks from the store, then every new entry once, however many members it has.
 */
import type { Author, NodeId, Position, RoomEntry, RoomId } from '@bothy/wire';
import type { Attendance } from './attendance.ts';
import { bounds, timing } from './config.ts';
import type { Room } from './room.ts';
import type { Serving } from './serving.ts';
import type { Step } from './step.ts';

interface Follower {
  readonly node: NodeId;
  /**
   * `lost`: its link has ended, and its members have not left yet. It counts as a node with members until they have.
   */
  state: 'catchingUp' | 'live' | 'lost';
  lostMs: number;
}

export class Followers {
  readonly #serving: Serving;
  readonly #attendance: Attendance;
  readonly #byRoom = new Map<RoomId, Map<NodeId, Follower>>();

  constructor(serving: Serving, attendance: Attendance) {
    this.#serving = serving;
    this.#attendance = attendance;
  }

  /** Nodes that hear of this room now. */
  reached(room: RoomId): NodeId[] {
    return this.#of(room)
      .filter(({ state }) => state !== 'lost')
      .map(({ node }) => node);
  }

  /** Nodes with members: also those that cannot be heard, while their members have not left. */
  withMembers(room: RoomId, nowMs: number): NodeId[] {
    return this.#of(room)
      .filter(({ state, lostMs }) => state !== 'lost' || nowMs - lostMs < timing.leaveAfterMs)
      .map(({ node }) => node);
  }

  follow(step: Step, room: Room, node: NodeId, after: Position, online: readonly Author[]): void {
    const follower: Follower = { node, state: 'catchingUp', lostMs: 0 };
    const followers = this.#byRoom.get(room.id) ?? new Map<NodeId, Follower>();
    this.#byRoom.set(room.id, followers);
    followers.set(node, follower);
    const base = baseFor(room, after);
    this.#attendance.reported(step, room, node, online);
    step.send(node, {
      kind: 'following',
      snapshot: { room: room.listing(), members: room.memberList(), pinned: room.pinned },
      base: { epoch: room.epoch, seq: base },
      commit: { epoch: room.epoch, seq: room.lastSeq },
    });
    const isCurrent = (): boolean => followers.get(node) === follower && follower.state === 'catchingUp';
    const page = (pageStep: Step, entries: readonly RoomEntry[], isLast: boolean): boolean => {
      if (!isCurrent()) return false;
      this.#send(pageStep, room, node, entries, undefined);
      if (isLast) follower.state = 'live';
      return true;
    };
    const lost = (lostStep: Step): void => {
      if (!isCurrent()) return;
      followers.delete(node);
      lostStep.send(node, { kind: 'notFollowing', room: room.id, reason: 'unknown' });
    };
    if (!this.#serving.read(step, { room, from: base + 1, to: null, page, lost })) lost(step);
  }

  unfollow(step: Step, room: Room, node: NodeId): void {
    this.#byRoom.get(room.id)?.delete(node);
    this.#attendance.reported(step, room, node, []);
  }

  publish(step: Step, room: Room, entries: readonly RoomEntry[], trace: string | undefined): void {
    for (const { node, state } of this.#of(room.id)) {
      // One that catches up gets them with the last of its pages.
      if (state === 'live') this.#send(step, room, node, entries, trace);
    }
  }

  lost(node: NodeId, nowMs: number): void {
    for (const followers of this.#byRoom.values()) {
      const follower = followers.get(node);
      if (follower === undefined || follower.state === 'lost') continue;
      follower.state = 'lost';
      follower.lostMs = nowMs;
    }
  }

  forget(room: RoomId): void {
    this.#byRoom.delete(room);
  }

  /** In order of the nodes' ids. */
  #of(room: RoomId): Follower[] {
    const followers = [...(this.#byRoom.get(room)?.values() ?? [])];
    return followers.length < 2
      ? followers
      : followers.sort((one, other) => (one.node < other.node ? -1 : 1));
  }

  #send(step: Step, room: Room, to: NodeId, all: readonly RoomEntry[], trace: string | undefined): void {
    for (let at = 0; at < all.length; at += bounds.deliverEntries) {
      const entries = all.slice(at, at + bounds.deliverEntries);
      const message = {
        kind: 'deliver',
        room: room.id,
        epoch: room.epoch,
        entries,
        commitSeq: entries.at(-1)?.seq ?? room.lastSeq,
      } as const;
      step.send(to, trace === undefined ? message : { ...message, trace });
    }
  }
}

/** Where a copy goes on: after what it holds, or near the end when that is unknown here or too long ago. */
function baseFor(room: Room, { epoch, seq }: Position): number {
  const isKnown = epoch === room.epoch && seq <= room.lastSeq && seq >= room.base;
  if (isKnown && seq > 0 && room.lastSeq - seq <= bounds.followEntries) return seq;
  return Math.max(room.base, room.lastSeq - bounds.newCopyEntries);
}
