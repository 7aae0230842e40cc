/** The rooms that this node holds, its own and copies, and those that were deleted. */
import type { RoomId } from '@bothy/wire';
import { bounds } from './config.ts';
import type { RoomsSnapshot } from './records.ts';
import { Room } from './room.ts';
import { creationOf } from './twins.ts';

export class Shelf {
  readonly self: string;
  /** Made here by an earlier start, and not claimed yet: not on it. */
  readonly drafts: readonly Room[];
  readonly #rooms = new Map<RoomId, Room>();
  /** By the letters that ids of one creation begin with. */
  readonly #ofCreation = new Map<string, Set<Room>>();
  readonly #tombstones = new Map<RoomId, number>();

  constructor(self: string, snapshot: RoomsSnapshot) {
    this.self = self;
    const unclaimed = new Set(
      snapshot.intents.filter(({ intent }) => intent === 'claim').map(({ room }) => room),
    );
    const drafts = new Map<RoomId, Room>();
    for (const record of snapshot.rooms) {
      const room = new Room(record);
      if (unclaimed.has(room.id) && this.isOwn(room)) drafts.set(room.id, room);
      else this.add(room);
    }
    for (const member of snapshot.members) {
      const room = this.#rooms.get(member.room) ?? drafts.get(member.room);
      room?.members.set(member.person, member);
    }
    this.drafts = [...drafts.values()];
    for (const { room, epoch } of snapshot.tombstones) this.#tombstones.set(room, epoch);
  }

  get(id: RoomId): Room | undefined {
    return this.#rooms.get(id);
  }

  own(id: RoomId): Room | undefined {
    const room = this.#rooms.get(id);
    return room !== undefined && this.isOwn(room) ? room : undefined;
  }

  isOwn(room: Room): boolean {
    return room.administrator === this.self;
  }

  /** In order of their ids: nothing may depend on who came first. */
  get all(): readonly Room[] {
    return [...this.#rooms.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  get ownCount(): number {
    let count = 0;
    for (const room of this.#rooms.values()) count += this.isOwn(room) ? 1 : 0;
    return count;
  }

  copiesOf(node: string): Room[] {
    return this.all.filter((room) => room.administrator === node && !this.isOwn(room));
  }

  add(room: Room): void {
    this.#rooms.set(room.id, room);
    const twins = this.#ofCreation.get(creationOf(room.id)) ?? new Set();
    this.#ofCreation.set(creationOf(room.id), twins.add(room));
  }

  /** As a rule one, or none; in order of their ids. */
  ofCreation(creation: string): readonly Room[] {
    const rooms = [...(this.#ofCreation.get(creation) ?? [])];
    return rooms.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** Whether the room of this creation was deleted. */
  isCreationBuried(creation: string): boolean {
    for (const id of this.#tombstones.keys()) if (creationOf(id) === creation) return true;
    return false;
  }

  /** It never comes back, not even from a node that was away meanwhile. */
  bury(room: Room): void {
    this.#rooms.delete(room.id);
    const twins = this.#ofCreation.get(creationOf(room.id));
    twins?.delete(room);
    if (twins?.size === 0) this.#ofCreation.delete(creationOf(room.id));
    this.#tombstones.set(room.id, room.epoch);
    if (this.#tombstones.size <= bounds.tombstones) return;
    const oldest = this.#tombstones.keys().next();
    if (oldest.done !== true) this.#tombstones.delete(oldest.value);
  }

  isBuried(id: RoomId): boolean {
    return this.#tombstones.has(id);
  }

  /** The last epoch of a room that was deleted; undefined when it was not, as far as is known here. */
  buriedEpoch(id: RoomId): number | undefined {
    return this.#tombstones.get(id);
  }
}
