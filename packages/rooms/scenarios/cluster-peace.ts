/** What must hold once the faults have ended: nothing is lost, all agree, nothing is half done. */
import type { RoomId } from '@bothy/wire';
import type { ClusterChecker } from './cluster-checker.ts';
import type { DiskLog } from './node-disk.ts';
import { copiesDiffer } from './room-histories.ts';
import { type RoomWords, readLog } from './room-ledger.ts';
import type { SimClient } from './sim-client.ts';
import type { SimNode } from './sim-node.ts';

export class ClusterPeace {
  readonly #checker: ClusterChecker;
  readonly #nodes: readonly SimNode[];
  readonly #clients: readonly SimClient[];
  readonly #words = new Map<RoomId, RoomWords>();

  /** `nodes`: those that belong to the cluster; one that was forgotten does not. */
  constructor(checker: ClusterChecker, nodes: readonly SimNode[], clients: readonly SimClient[]) {
    this.#checker = checker;
    this.#nodes = nodes;
    this.#clients = clients;
    for (const node of nodes) {
      for (const [id, log] of node.store.logs()) {
        if (log.administrator === node.info.id && log.base === 0) this.#words.set(id, readLog(inOrder(log)));
      }
    }
  }

  problem(): string | undefined {
    return (
      this.#checker.safety() ??
      first(this.#checker.acknowledged, (each) => this.#checker.missing(each)) ??
      this.#checker.histories.problem((room) => this.#checker.isDeletedSomewhere(room)) ??
      this.#deletions() ??
      first(this.#nodes, (node) => this.#health(node)) ??
      this.#checker.directory.problem() ??
      first(this.#nodes, (node) => this.#claims(node)) ??
      first(this.#checker.creations, ([request, room]) => this.#creation(request, room)) ??
      first(this.#nodes, (node) => first(node.store.logs(), ([id, log]) => this.#disk(node, id, log))) ??
      first(this.#words.keys(), (room) => this.#copies(room)) ??
      first(this.#clients, (client) => this.#behind(client) ?? this.#listing(client)) ??
      first(this.#clients, (client) => first(client.rooms.keys(), (room) => this.#view(client, room)))
    );
  }

  /** Everybody finds every public room, whichever node they ask. */
  #listing({ actor, listed }: SimClient): string | undefined {
    for (const [room, { visibility }] of this.#words) {
      if (visibility === 'public' && !listed.has(room)) return `${actor.name} does not find the room ${room}`;
    }
    return first(listed, ([room, administrator]) => {
      // A copy outlives a node that was lost for good, also where that node had deleted the room.
      const isGone = this.#isHere(administrator) && this.#checker.isDeletedSomewhere(room);
      return isGone ? `${actor.name} still finds the room ${room}` : undefined;
    });
  }

  /** Everybody runs, and is shown as running. */
  #health({ info, healths }: SimNode): string | undefined {
    for (const other of this.#nodes) {
      const health = other.info.id === info.id ? 'up' : healths.get(other.info.id);
      if (health !== 'up') return `${info.id} shows ${other.info.id} as ${health ?? 'nobody'}`;
    }
    return undefined;
  }

  /** Decided everywhere, and nobody who voted for it has the room. */
  #deletions(): string | undefined {
    for (const room of this.#checker.committed) {
      const administrator = this.#checker.administrator(room);
      if (administrator !== undefined)
        return `${room} was deleted, and ${administrator.info.id} has it still`;
    }
    for (const node of this.#nodes) {
      for (const record of node.store.snapshot().commits) {
        const { role, state, subject } = record;
        // A promise to a node that was lost for good is resolved as well: the others know enough together.
        if (state === 'prepared' || state === 'preparing')
          return `${node.info.id} is ${state} for ${subject}`;
        if (role !== 'coordinator') continue;
        if (record.finished !== true) return `${node.info.id} has not finished the deletion of ${subject}`;
        if (state === 'committed' && !node.store.isBuried(subject)) {
          return `${node.info.id} has decided to delete ${subject}, and did not`;
        }
        for (const other of this.#nodes) {
          const hasIt = state === 'committed' && other.store.log(subject) !== undefined;
          if (hasIt && record.participants.includes(other.info.id)) {
            return `${other.info.id} voted for the deletion of ${subject}, and has it still`;
          }
        }
      }
    }
    return undefined;
  }

  /** The directory knows of every room, and of every end of one; what it has buried is nowhere. */
  #claims({ store, info }: SimNode): string | undefined {
    const { directory } = this.#checker;
    for (const { room, intent } of store.snapshot().intents) {
      return `${info.id} has still to ${intent} the room ${room}`;
    }
    for (const [room, { administrator }] of store.logs()) {
      if (directory.isBuried(room)) return `${info.id} has the room ${room}, which was buried`;
      if (administrator !== info.id || directory.administrator(room) === info.id) continue;
      return `${info.id} orders the room ${room}, which ${directory.administrator(room) ?? 'nobody'} has claimed`;
    }
    const lacking = directory.roomsOf(info.id).find((room) => store.log(room) === undefined);
    return lacking === undefined ? undefined : `${info.id} has claimed ${lacking}, and does not have it`;
  }

  #creation(request: string, room: RoomId): string | undefined {
    const isThere = this.#checker.administrator(room) !== undefined || this.#checker.isDeletedSomewhere(room);
    return isThere ? undefined : `${request} made the room ${room}, and it is nowhere`;
  }

  #isHere(id: string): boolean {
    return this.#nodes.some(({ info }) => info.id === id);
  }

  /** A log on a disk is its administrator's, or the same as its; what was taken away is on none. */
  #disk(node: SimNode, id: RoomId, log: DiskLog): string | undefined {
    const owner = this.#checker.administrator(id);
    const whole = owner?.store.log(id);
    if (owner === undefined || whole === undefined) return undefined;
    const words = this.#words.get(id);
    for (let seq = log.base + 1; seq <= log.lastSeq; seq++) {
      const one = log.entries.get(seq);
      const other = whole.entries.get(seq);
      if (one === undefined) return `${node.info.id} lacks ${seq} of ${id}`;
      if (one.key !== other?.key || one.author !== other.author || one.epoch !== other.epoch) {
        return `${node.info.id} holds another entry at ${seq} of ${id}`;
      }
    }
    if (log.epoch > whole.epoch) return `${node.info.id} holds a later epoch of ${id} than its administrator`;
    for (const { content, seq } of inOrder(log)) {
      if (content.kind !== 'redact') continue;
      for (const each of inOrder(log)) {
        const isAbout =
          each.seq === content.target ||
          (each.content.kind === 'edit' && each.content.target === content.target);
        if (isAbout && each.seq < seq && 'body' in each.content && each.content.body !== null) {
          return `${node.info.id} keeps the text at ${each.seq} of ${id}, which was taken away at ${seq}`;
        }
      }
    }
    const isFollowed = this.#clients.some((client) => client.node === node && client.rooms.has(id));
    if (words === undefined || (node !== owner && !isFollowed)) return undefined;
    const members = [...log.members.values()].filter(({ standing }) => standing === 'member');
    const problem = differs(words, members);
    if (problem !== undefined) return `the disk of ${node.info.id} has ${problem} in ${id}`;
    const banned = [...log.members.values()].filter(({ standing }) => standing === 'banned');
    if (node === owner && banned.length !== words.banned.size) return `${node.info.id} forgot a ban of ${id}`;
    return undefined;
  }

  /** Where somebody follows a room its copy has caught up. */
  #copies(room: RoomId): string | undefined {
    const owner = this.#checker.administrator(room);
    const held = this.#nodes.flatMap((node) => {
      const log = node.store.log(room);
      const isFollowed = this.#clients.some((client) => client.node === node && client.rooms.has(room));
      return log !== undefined && (node === owner || isFollowed) ? [{ node: node.info.id, log }] : [];
    });
    const problem = copiesDiffer(held);
    return problem === undefined ? undefined : `${room}: ${problem}`;
  }

  #behind(client: SimClient): string | undefined {
    const { name } = client.actor;
    if (client.node === undefined) return `${name} has no connection`;
    if (client.pending.size > 0) return `${name} waits for ${[...client.pending.keys()].join()}`;
    for (const room of client.wanted) {
      if (this.#checker.isDeletedSomewhere(room)) return `${name} was not told that ${room} is deleted`;
      const view = client.rooms.get(room);
      if (view === undefined) return `${name} is not in ${room}`;
      const last = this.#checker.administrator(room)?.store.log(room)?.lastSeq;
      if (view.last !== last) return `${name} is at ${view.last} of ${room}, whose log ends at ${last}`;
    }
    return undefined;
  }

  /** Everybody in a room sees the same of it, and who is connected as online. */
  #view(client: SimClient, room: RoomId): string | undefined {
    const { name } = client.actor;
    const info = client.infos.get(room);
    const words = this.#words.get(room);
    if (info === undefined) return `${name} was told nothing of the members of ${room}`;
    if (info.room.state !== 'available') return `${name} sees ${room} as ${info.room.state}`;
    const inIt = this.#clients.filter((each) => each.rooms.has(room)).map(({ actor }) => actor.person);
    for (const { person, presence } of info.members) {
      if ((presence === 'online') !== inIt.includes(person)) {
        return `${name} sees ${person} as ${presence} in ${room}`;
      }
    }
    if (words === undefined) return undefined;
    const problem = differs(words, info.members);
    if (problem !== undefined) return `${name} sees ${problem} in ${room}`;
    if (info.room.memberCount !== words.members.size)
      return `${name} sees another number of members in ${room}`;
    if (info.room.name !== words.name) return `${name} sees ${room} as ${info.room.name}, not ${words.name}`;
    if (info.room.pinned.join() !== words.pinned.join()) {
      return `${name} sees ${info.room.pinned.join()} pinned in ${room}, not ${words.pinned.join()}`;
    }
    return undefined;
  }
}

function differs(
  words: RoomWords,
  members: readonly { readonly person: string; readonly role: string }[],
): string | undefined {
  const due = new Map<string, string>(words.members);
  for (const { person, role } of members) {
    if (due.get(person) !== role) return `${person} as ${role} instead of ${due.get(person) ?? 'nobody'}`;
    due.delete(person);
  }
  const [lacking] = due.keys();
  return lacking === undefined ? undefined : `not ${lacking}`;
}

function* inOrder({ base, lastSeq, entries }: DiskLog) {
  for (let seq = base + 1; seq <= lastSeq; seq++) {
    const entry = entries.get(seq);
    if (entry !== undefined) yield entry;
  }
}

function first<T>(from: Iterable<T>, problem: (each: T) => string | undefined): string | undefined {
  for (const each of from) {
    const found = problem(each);
    if (found !== undefined) return found;
  }
  return undefined;
}
