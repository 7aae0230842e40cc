/**
 * Which rooms there are, and who orders each. Every node tells the others its own
 * rooms: all when a link comes up, then what has changed, once a second at most.
 */
import type { Author, DirectoryRoom, NodeId, RoomActor, RoomId, RoomInfo } from '@bothy/wire';
import { bounds } from './config.ts';
import type { Room } from './room.ts';
import type { Shelf } from './shelf.ts';
import type { Step } from './step.ts';
import { creationOf } from './twins.ts';

export interface DirectoryNodes {
  isReachable(node: NodeId): boolean;
  readonly linked: readonly NodeId[];
  readonly unreachable: readonly NodeId[];
}

/** How often changes are told. */
const flushMs = 1_000;

export class Directory {
  readonly #shelf: Shelf;
  readonly #nodes: DirectoryNodes;
  readonly #remote = new Map<NodeId, Map<RoomId, DirectoryRoom>>();
  /** Nodes that have begun to tell of all their rooms. */
  readonly #beginning = new Set<NodeId>();
  readonly #changed = new Set<RoomId>();
  readonly #removed = new Set<RoomId>();

  constructor(shelf: Shelf, nodes: DirectoryNodes) {
    this.#shelf = shelf;
    this.#nodes = nodes;
  }

  /** The node that orders this room, as far as is known here. */
  administratorOf(room: RoomId): NodeId | undefined {
    const held = this.#shelf.get(room);
    if (held !== undefined) return held.administrator;
    for (const node of this.#remoteNodes()) if (this.#remote.get(node)?.has(room) === true) return node;
    return undefined;
  }

  /** A room of another node that was made by this creation. Whoever knows it is who made the room. */
  ofCreation(creation: string): RoomInfo | undefined {
    for (const node of this.#remoteNodes()) {
      for (const room of this.#remote.get(node)?.values() ?? []) {
        if (creationOf(room.id) === creation) return this.#infoOf(room, node);
      }
    }
    return undefined;
  }

  /** A room of another node, as that one tells of it. */
  infoOf(id: RoomId): RoomInfo | undefined {
    for (const node of this.#remoteNodes()) {
      const room = this.#remote.get(node)?.get(id);
      if (room !== undefined) return this.#infoOf(room, node);
    }
    return undefined;
  }

  /** All that this actor may see, in order of name and id. */
  list(actor: RoomActor): RoomInfo[] {
    const rooms: RoomInfo[] = [];
    for (const room of this.#shelf.all) {
      if (this.#shelf.isOwn(room)) {
        if (maySee(actor, room.listing())) rooms.push(room.info('available'));
      } else if (this.#isOnlyHere(room) && room.isMember(actor.person)) rooms.push(room.info('unavailable'));
    }
    for (const node of this.#remoteNodes()) {
      for (const room of this.#remote.get(node)?.values() ?? []) {
        if (maySee(actor, room)) rooms.push(this.#infoOf(room, node));
      }
    }
    return rooms.sort((one, other) => {
      if (one.name !== other.name) return one.name < other.name ? -1 : 1;
      return one.id < other.id ? -1 : 1;
    });
  }

  /** An own room has changed: others are told within a second. */
  changed(step: Step, room: RoomId): void {
    if (this.#changed.size === 0 && this.#removed.size === 0) step.setTimer('directory', flushMs);
    this.#changed.add(room);
  }

  removed(step: Step, room: RoomId): void {
    if (this.#changed.size === 0 && this.#removed.size === 0) step.setTimer('directory', flushMs);
    this.#changed.delete(room);
    this.#removed.add(room);
  }

  timerFired(step: Step): void {
    const rooms = [...this.#changed].sort().flatMap((id) => this.#shelf.own(id)?.listing() ?? []);
    const removed = [...this.#removed].sort();
    this.#changed.clear();
    this.#removed.clear();
    for (const node of this.#nodes.linked) tell(step, node, rooms, removed, false);
  }

  /** A link has come up. */
  tellAll(step: Step, node: NodeId): void {
    const rooms = this.#shelf.all.filter((room) => this.#shelf.isOwn(room)).map((room) => room.listing());
    tell(step, node, rooms, [], true);
  }

  /** True when a whole list has ended: what is not in it of this node is not there any more. */
  told(from: NodeId, rooms: readonly DirectoryRoom[], removed: readonly RoomId[], whole: boolean): boolean {
    const known = whole ? new Map<RoomId, DirectoryRoom>() : (this.#remote.get(from) ?? new Map());
    this.#remote.set(from, known);
    for (const room of rooms) {
      if (this.#shelf.isBuried(room.id)) continue;
      if (known.size < bounds.remoteRooms || known.has(room.id)) known.set(room.id, room);
    }
    for (const id of removed) known.delete(id);
    if (whole) this.#beginning.add(from);
    return rooms.length < bounds.directoryRooms && this.#beginning.delete(from);
  }

  /** Whether this node has told of the room. */
  isListed(node: NodeId, room: RoomId): boolean {
    return this.#remote.get(node)?.has(room) === true;
  }

  forgetNode(node: NodeId): void {
    this.#remote.delete(node);
    this.#beginning.delete(node);
  }

  forgetRoom(room: RoomId): void {
    for (const rooms of this.#remote.values()) rooms.delete(room);
  }

  #infoOf(room: DirectoryRoom, node: NodeId): RoomInfo {
    const state = this.#nodes.isReachable(node) ? 'available' : 'unavailable';
    return infoOf(room, node, room.deleting ? 'deleting' : state);
  }

  #remoteNodes(): NodeId[] {
    return [...this.#remote.keys()].sort();
  }

  /** A copy whose administrator has not been heard of since the start. */
  #isOnlyHere(room: Room): boolean {
    return this.#remote.get(room.administrator) === undefined;
  }
}

function tell(
  step: Step,
  node: NodeId,
  rooms: readonly DirectoryRoom[],
  removed: readonly RoomId[],
  whole: boolean,
): void {
  const first = rooms.slice(0, bounds.directoryRooms);
  step.send(node, { kind: 'directory', whole, rooms: first, removed });
  for (let at = bounds.directoryRooms; at < rooms.length; at += bounds.directoryRooms) {
    const more = rooms.slice(at, at + bounds.directoryRooms);
    step.send(node, { kind: 'directory', whole: false, rooms: more, removed: [] });
  }
}

function maySee(actor: RoomActor, room: DirectoryRoom): boolean {
  return (
    room.visibility === 'public' || actor.operator || (room.visibleTo ?? []).includes(actor.person as Author)
  );
}

function infoOf(room: DirectoryRoom, administrator: NodeId, state: RoomInfo['state']): RoomInfo {
  const { id, name, description, visibility, memberCount, epoch, lastSeq } = room;
  return { id, name, description, visibility, administrator, memberCount, state, epoch, lastSeq, pinned: [] };
}
