/** What must hold of rooms whatever happens (design, section 7), and what must hold once the faults have ended. */
import type { ErrorCode, Position, RoomCommand, RoomEntry, RoomId, RoomResult } from '@bothy/wire';
import type { ClientObserver, SimClient } from './sim-client.ts';
import type { SimNode } from './sim-node.ts';

interface Acknowledged extends Position {
  readonly room: RoomId;
  readonly messageId: string;
  readonly body: string;
  readonly author: string;
}

export class ClusterChecker implements ClientObserver {
  readonly #nodes: readonly SimNode[];
  readonly #acknowledged: Acknowledged[] = [];
  /** What anybody has seen at a place of a log. */
  readonly #seen = new Map<string, string>();
  readonly #positions = new Map<string, number>();
  readonly #committed = new Set<RoomId>();
  readonly #deletionsAborted = new Set<RoomId>();
  #violation: string | undefined;
  refusedCount = 0;
  gapCount = 0;
  shownCount = 0;

  constructor(nodes: readonly SimNode[]) {
    this.#nodes = nodes;
  }

  get acknowledgedCount(): number {
    return this.#acknowledged.length;
  }

  get deletedCount(): number {
    return this.#committed.size;
  }

  get abortedCount(): number {
    return this.#deletionsAborted.size;
  }

  safety(): string | undefined {
    return this.#violation;
  }

  began(client: SimClient, room: RoomId, { seq }: Position, entries: readonly RoomEntry[]): void {
    for (const [index, entry] of entries.entries()) {
      if (entry.seq !== seq - entries.length + 1 + index) {
        this.#fail(`${client.actor.name} joined ${room} and got a list with gaps`);
      }
      this.#see(client, room, entry);
    }
    this.#positions.set(`${client.actor.name} ${room}`, seq);
  }

  entries(client: SimClient, room: RoomId, entries: readonly RoomEntry[]): void {
    const key = `${client.actor.name} ${room}`;
    for (const entry of entries) {
      const last = this.#positions.get(key);
      if (last === undefined) {
        this.#fail(`${client.actor.name} got an entry of ${room} before it was in it`);
      } else if (entry.seq !== last + 1) {
        this.#fail(`${client.actor.name} got entry ${entry.seq} of ${room} after ${last}`);
      }
      this.#positions.set(key, entry.seq);
      this.#see(client, room, entry);
    }
  }

  gap(client: SimClient, room: RoomId, from: number, to: number): void {
    const key = `${client.actor.name} ${room}`;
    const last = this.#positions.get(key);
    if (last !== undefined && from !== last + 1) {
      this.#fail(`${client.actor.name} was told of a gap from ${from} in ${room} after ${last}`);
    }
    this.gapCount += 1;
    this.#positions.set(key, to);
  }

  acknowledged(client: SimClient, room: RoomId, messageId: string, body: string, position: Position): void {
    const acknowledged = { ...position, room, messageId, body, author: client.actor.person };
    this.#acknowledged.push(acknowledged);
    const problem = this.#missing(acknowledged);
    if (problem !== undefined) this.#fail(`acknowledged before it was durable: ${problem}`);
  }

  refused(_client: SimClient, _command: RoomCommand, _code: ErrorCode): void {
    this.refusedCount += 1;
  }

  deleted(client: SimClient, room: RoomId, node: SimNode): void {
    if (this.#isDeletedSomewhere(room)) return;
    this.#fail(
      `${client.actor.name} was told by ${node.info.id} that ${room} is deleted, and nobody has decided so`,
    );
  }

  deletion(client: SimClient, room: RoomId, result: RoomResult): void {
    if (!result.ok || !('outcome' in result.value)) return;
    if (result.value.outcome === 'committed') {
      this.#committed.add(room);
      if (!this.#isDeletedSomewhere(room)) {
        this.#fail(`${client.actor.name} was told that ${room} is deleted before that was durable`);
      }
    }
    if (result.value.outcome === 'aborted') {
      this.#deletionsAborted.add(room);
      if (this.#isDeletedSomewhere(room))
        this.#fail(`the deletion of ${room} was called aborted, and it is deleted`);
    }
  }

  /** After the faults: what was acknowledged is there, everybody has caught up, nothing is half deleted. */
  liveness(clients: readonly SimClient[]): string | undefined {
    return (
      this.#violation ??
      this.#acknowledged.map((each) => this.#missing(each)).find((problem) => problem !== undefined) ??
      this.#copies() ??
      this.#halfDeleted() ??
      clients.map((client) => this.#behind(client)).find((problem) => problem !== undefined) ??
      clients.map((client) => this.#unseen(client, clients)).find((problem) => problem !== undefined)
    );
  }

  #fail(sentence: string): void {
    this.#violation ??= sentence;
  }

  /** One value per place everywhere, and nothing is shown that is not durable at the administrator. */
  #see(client: SimClient, room: RoomId, entry: RoomEntry): void {
    this.shownCount += 1;
    const key = `${room} ${entry.seq}`;
    const value = `${entry.epoch} ${entry.author} ${entry.key} ${entry.content.kind}`;
    const seen = this.#seen.get(key);
    if (seen !== undefined && seen !== value) {
      this.#fail(`${client.actor.name} saw ${value} at ${key}, where ${seen} was`);
    }
    this.#seen.set(key, value);
    const administrator = this.#administrator(room);
    if (administrator === undefined || this.#isDeletedSomewhere(room)) return;
    const stored = administrator.store.log(room)?.entries.get(entry.seq);
    if (stored === undefined) {
      this.#fail(`${client.actor.name} was shown ${key} before it was durable`);
    } else if (`${stored.epoch} ${stored.author} ${stored.key} ${stored.content.kind}` !== value) {
      this.#fail(`${client.actor.name} was shown ${value} at ${key}, which its administrator does not hold`);
    }
  }

  #missing({ room, seq, messageId, body, author }: Acknowledged): string | undefined {
    if (this.#isDeletedSomewhere(room)) return undefined;
    const stored = this.#administrator(room)?.store.log(room)?.entries.get(seq);
    const isSame = stored?.key === messageId && stored.author === author && stored.content.kind === 'message';
    if (!isSame) return `${messageId} is not at ${seq} of ${room}`;
    const kept = stored.content.kind === 'message' ? stored.content.body : null;
    return kept === body || kept === null ? undefined : `${messageId} holds another text`;
  }

  #copies(): string | undefined {
    for (const node of this.#nodes) {
      for (const [id, { base, lastSeq, entries }] of node.store.logs()) {
        const administrator = this.#administrator(id);
        if (administrator === undefined || administrator === node) continue;
        for (let seq = base + 1; seq <= lastSeq; seq++) {
          const one = entries.get(seq);
          const other = administrator.store.log(id)?.entries.get(seq);
          if (one === undefined) return `${node.info.id} lacks ${seq} of its copy of ${id}`;
          if (other !== undefined && (one.key !== other.key || one.author !== other.author)) {
            return `${node.info.id} holds another entry at ${seq} of ${id}`;
          }
        }
      }
    }
    return undefined;
  }

  /** A copy that nobody has asked for since hears of it when somebody does. */
  #halfDeleted(): string | undefined {
    for (const room of this.#committed) {
      const administrator = this.#administrator(room);
      if (administrator !== undefined)
        return `${room} was deleted, and ${administrator.info.id} has it still`;
    }
    return undefined;
  }

  #behind(client: SimClient): string | undefined {
    const { name } = client.actor;
    if (client.node === undefined) return `${name} has no connection`;
    if (client.pending.size > 0) return `${name} waits for ${[...client.pending.keys()].join()}`;
    for (const room of client.wanted) {
      if (this.#isDeletedSomewhere(room)) return `${name} was not told that ${room} is deleted`;
      const view = client.rooms.get(room);
      if (view === undefined) return `${name} is not in ${room}`;
      const last = this.#administrator(room)?.store.log(room)?.lastSeq;
      if (view.last !== last) return `${name} is at ${view.last} of ${room}, whose log ends at ${last}`;
    }
    return undefined;
  }

  /** Everybody in a room sees the same members, and who is connected as online. */
  #unseen(client: SimClient, clients: readonly SimClient[]): string | undefined {
    for (const room of client.rooms.keys()) {
      const members = client.infos.get(room);
      if (members === undefined) return `${client.actor.name} was told nothing of the members of ${room}`;
      const inIt = clients.filter((each) => each.rooms.has(room)).map(({ actor }) => actor.person);
      for (const person of inIt) {
        const seen = members.find((each) => each.person === person);
        if (seen?.presence !== 'online') {
          return `${client.actor.name} sees ${person} as ${seen?.presence ?? 'no member'} in ${room}`;
        }
      }
      const ghost = members.find((each) => each.presence === 'online' && !inIt.includes(each.person));
      if (ghost !== undefined)
        return `${client.actor.name} sees ${ghost.person} as online in ${room}, who is not there`;
    }
    return undefined;
  }

  #administrator(room: RoomId): SimNode | undefined {
    return this.#nodes.find((node) => node.store.log(room)?.administrator === node.info.id);
  }

  #isDeletedSomewhere(room: RoomId): boolean {
    return this.#nodes.some((node) => node.store.isBuried(room));
  }
}
