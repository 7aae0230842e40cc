/** What a node keeps of a room that another one orders, beside the room itself. */
import type { Author, ErrorCode, NodeId, RoomEntry, RoomId, RoomMember, RoomPresence } from '@bothy/wire';
import { showPresence } from './attendance.ts';
import type { RoomClusterMessage } from './inputs.ts';
import type { RoomWrite } from './records.ts';
import type { Redacted } from './redactions.ts';
import { Room } from './room.ts';
import type { Step } from './step.ts';

/** What waits for a copy to hold everything up to `seq`. */
export interface Waiter {
  readonly seq: number;
  readonly run: (step: Step, outcome: 'live' | ErrorCode) => void;
}

export interface Copy {
  readonly administrator: NodeId;
  state: 'idle' | 'following' | 'live';
  /** Entries up to here are history: members and words came with the snapshot. */
  foldedTo: number;
  /** Where the administrator's log was when it answered. */
  commitSeq: number;
  waiters: Waiter[];
  /** What arrived while the store is asked for redacted messages, and what it held of them, by their `seq`. */
  parked: Message<'deliver'>[];
  readonly redacted: Map<number, Redacted>;
}

export type Message<Kind extends RoomClusterMessage['kind']> = Extract<RoomClusterMessage, { kind: Kind }>;

export function idleCopy(administrator: NodeId): Copy {
  return {
    administrator,
    state: 'idle',
    foldedTo: 0,
    commitSeq: 0,
    waiters: [],
    parked: [],
    redacted: new Map(),
  };
}

export function unpark(copy: Copy): void {
  copy.parked = [];
  copy.redacted.clear();
}

/** What members are told while their room's administrator is away. */
export function unavailableSentence(node: NodeId): string {
  return `The node ${node}, which orders this room, cannot be reached. What was said can be read; what you write is sent when it is back.`;
}

export function isContiguous(entries: readonly RoomEntry[], from: number): boolean {
  return entries.every(({ seq }, index) => seq === from + index);
}

export function newCopy(administrator: NodeId, listing: Message<'following'>['snapshot']['room']): Room {
  const { id, name, description, visibility, epoch } = listing;
  return new Room({
    id,
    name,
    description,
    visibility,
    administrator,
    epoch,
    base: 0,
    lastSeq: 0,
    memberCount: 0,
    createdBy: '',
    pinned: [],
  });
}

function recordOf(room: RoomId, { person, name, role, verified }: RoomMember) {
  return { room, person, name, verified, standing: 'member', role, read: 0 } as const;
}

/** How members stand, as the administrator says. */
export function takePresence(
  step: Step,
  room: Room,
  persons: readonly { readonly person: Author; readonly presence: RoomPresence }[],
): void {
  for (const { person, presence } of persons) {
    if ((room.presence.get(person) ?? 'offline') === presence) continue;
    if (presence === 'offline') room.presence.delete(person);
    else room.presence.set(person, presence);
    showPresence(step, room, person, presence);
  }
}

/** Takes over what the administrator says of the room, and what is to be written for that. */
export function snapshotWrites(
  room: Room,
  administrator: NodeId,
  { snapshot, base, commit: { epoch } }: Message<'following'>,
  isFirst: boolean,
): RoomWrite[] {
  const isNewEpoch = isFirst || epoch > room.epoch;
  const members = snapshot.members.map((member) => recordOf(room.id, member));
  const writes = room.takeSnapshot(snapshot, members);
  if (!isNewEpoch) return writes;
  return [...writes, { kind: 'putEpoch', room: room.id, epoch, firstSeq: base.seq + 1, administrator }];
}
