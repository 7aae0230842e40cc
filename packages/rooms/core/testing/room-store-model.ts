/**
 * What a room store must hold and answer, as plainly as it can be said: the disk of the simulation, and what every
 * real store is compared with. Rules STORE1… in drivers/sqlite/SPEC.md.
 */
import { type Author, BothyError, type NodeInfo, type RoomEntry, type RoomId } from '@bothy/wire';
import { bounds } from '../config.ts';
import type {
  MemberRecord,
  RoomFinding,
  RoomIntent,
  RoomQuery,
  RoomRecord,
  RoomsSnapshot,
  RoomWrite,
} from '../records.ts';
import { withoutBody } from '../redactions.ts';

interface StoredRoom {
  record: RoomRecord;
  /** Highest epoch known, and the end of the log: what was written counts, not what a record says. */
  epoch: number;
  lastSeq: number;
}

type Write<Kind extends RoomWrite['kind']> = Extract<RoomWrite, { readonly kind: Kind }>;
type Undo = () => void;

export class RoomStoreModel {
  readonly #maxTombstones: number;
  readonly #rooms = new Map<RoomId, StoredRoom>();
  readonly #logs = new Map<RoomId, ModelLog>();
  readonly #members = new Map<RoomId, Map<Author, MemberRecord>>();
  /** The oldest first. */
  readonly #tombstones = new Map<RoomId, number>();
  readonly #intents = new Map<RoomId, RoomIntent>();
  readonly #commits = new Map<string, RoomsSnapshot['commits'][number]>();
  readonly #nodes = new Map<string, NodeInfo>();
  #fresh = true;
  /** How to take back what the commit under way has written; undefined outside of one. */
  #undo: Undo[] | undefined;

  constructor({ tombstones = bounds.tombstones }: { readonly tombstones?: number } = {}) {
    this.#maxTombstones = tombstones;
  }

  /** All of them or none. Throws as `write` does. */
  commit(writes: readonly RoomWrite[]): void {
    const undo: Undo[] = [];
    const wasFresh = this.#fresh;
    this.#undo = undo;
    try {
      for (const write of writes) this.write(write);
    } catch (thrown) {
      for (const back of undo.reverse()) back();
      this.#fresh = wasFresh;
      throw thrown;
    } finally {
      this.#undo = undefined;
    }
  }

  /** Throws `fenced` or, when the log is another than expected, `storage_failed`; nothing has changed then. */
  write(write: RoomWrite): void {
    switch (write.kind) {
      case 'putRoom':
        this.#putRoom(write);
        break;
      case 'putEpoch':
        this.#putEpoch(write);
        break;
      case 'append':
        this.#append(write);
        break;
      case 'dropBodies':
        this.#dropBodies(write);
        break;
      case 'putMember': {
        const { room, person } = write.member;
        this.#refuseDeleted(room);
        const members = this.#members.get(room) ?? new Map<Author, MemberRecord>();
        this.#set(this.#members, room, members);
        this.#set(members, person, write.member);
        break;
      }
      case 'deleteMember':
        this.#delete(this.#members.get(write.room) ?? new Map<Author, MemberRecord>(), write.person);
        break;
      case 'clearCopy':
        this.#clearCopy(write.room);
        break;
      case 'deleteRoom':
        this.#deleteRoom(write);
        break;
      case 'dropRoom':
        this.#delete(this.#rooms, write.room);
        this.#delete(this.#logs, write.room);
        this.#delete(this.#members, write.room);
        this.#delete(this.#intents, write.room);
        break;
      case 'putIntent':
        this.#set(this.#intents, write.intent.room, write.intent);
        break;
      case 'deleteIntent':
        this.#delete(this.#intents, write.room);
        break;
      case 'putCommit':
        this.#set(this.#commits, write.record.transaction, write.record);
        break;
      case 'deleteCommit':
        this.#delete(this.#commits, write.transaction);
        break;
      case 'putNode':
        this.#set(this.#nodes, write.node.id, write.node);
        break;
      case 'deleteNode':
        this.#delete(this.#nodes, write.node);
        break;
    }
    this.#fresh = false;
  }

  query(query: RoomQuery): RoomFinding {
    const log = this.#logs.get(query.room) ?? new ModelLog([]);
    if (query.kind === 'entries') {
      const within = log.entries.filter(({ seq }) => query.from <= seq && seq <= query.to);
      const first = query.last ? Math.max(0, within.length - query.limit) : 0;
      return { kind: 'entries', entries: within.slice(first, first + query.limit) };
    }
    const { author, key, target } = query;
    const existing = log.find(author, key) ?? null;
    if (target === null) return { kind: 'check', existing, target, edits: [] };
    const edits = log.entries.filter(({ content }) => content.kind === 'edit' && content.target === target);
    return { kind: 'check', existing, target: log.at(target) ?? null, edits: edits.map(({ seq }) => seq) };
  }

  snapshot(): RoomsSnapshot {
    const rooms = sorted(this.#rooms).map(({ record, epoch, lastSeq }) => ({ ...record, epoch, lastSeq }));
    return {
      rooms,
      members: sorted(this.#members).flatMap(sorted),
      tombstones: [...this.#tombstones].map(([room, epoch]) => ({ room, epoch })),
      intents: sorted(this.#intents),
      commits: sorted(this.#commits),
      nodes: sorted(this.#nodes),
      fresh: this.#fresh,
    };
  }

  #putRoom({ room: record }: Write<'putRoom'>): void {
    this.#refuseDeleted(record.id);
    const known = this.#rooms.get(record.id);
    this.#refuseOlder(record.id, record.epoch, known);
    const isEmpty = known === undefined || this.#logs.get(record.id)?.entries[0] === undefined;
    const lastSeq = isEmpty ? record.base : known.lastSeq;
    this.#set(this.#rooms, record.id, { record, epoch: record.epoch, lastSeq });
  }

  #putEpoch({ room, epoch }: Write<'putEpoch'>): void {
    this.#refuseDeleted(room);
    const known = this.#known(room);
    this.#refuseOlder(room, epoch, known);
    // Where each epoch begins is kept for the next administrator; nothing asks for it yet.
    this.#set(this.#rooms, room, { ...known, epoch });
  }

  #append({ room, epoch, expectedLastSeq, entries: added }: Write<'append'>): void {
    this.#refuseDeleted(room);
    const known = this.#known(room);
    this.#refuseOlder(room, epoch, known);
    if (known.lastSeq !== expectedLastSeq) {
      throw conflict(`The log of the room ${room} ends at ${known.lastSeq}, not at ${expectedLastSeq}.`);
    }
    const log = this.#logs.get(room) ?? new ModelLog([]);
    const keys = new Set<string>();
    for (const [index, { seq, author, key }] of added.entries()) {
      const due = expectedLastSeq + 1 + index;
      if (seq !== due) throw conflict(`The log of the room ${room} lacks ${due} before ${seq}.`);
      if (log.find(author, key) !== undefined || keys.has(`${author} ${key}`)) {
        throw conflict(`The log of the room ${room} has an entry of ${author} with the key ${key} already.`);
      }
      keys.add(`${author} ${key}`);
    }
    this.#set(this.#logs, room, log);
    this.#rememberLog(log);
    for (const entry of added) log.push(entry);
    this.#set(this.#rooms, room, { ...known, epoch, lastSeq: expectedLastSeq + added.length });
  }

  #dropBodies({ room, seqs }: Write<'dropBodies'>): void {
    const log = this.#logs.get(room);
    if (log === undefined) return;
    this.#rememberLog(log);
    for (const seq of seqs) {
      const entry = log.at(seq);
      if (entry !== undefined) log.replace({ ...entry, content: withoutBody(entry.content) });
    }
  }

  #clearCopy(room: RoomId): void {
    this.#delete(this.#logs, room);
    this.#delete(this.#members, room);
    const known = this.#rooms.get(room);
    if (known !== undefined) this.#set(this.#rooms, room, { ...known, lastSeq: known.record.base });
  }

  #deleteRoom({ room, epoch }: Write<'deleteRoom'>): void {
    this.#refuseOlder(room, epoch, this.#rooms.get(room));
    this.#delete(this.#rooms, room);
    this.#delete(this.#logs, room);
    this.#delete(this.#members, room);
    this.#set(this.#tombstones, room, Math.max(epoch, this.#tombstones.get(room) ?? 0));
    const oldest = [...this.#tombstones.keys()].slice(0, -this.#maxTombstones);
    for (const each of oldest) this.#delete(this.#tombstones, each);
  }

  #known(room: RoomId): StoredRoom {
    const known = this.#rooms.get(room);
    if (known === undefined) throw conflict(`The room ${room} is not stored.`);
    return known;
  }

  #refuseDeleted(room: RoomId): void {
    if (this.#tombstones.has(room)) throw new BothyError('fenced', `The room ${room} was deleted.`);
  }

  #refuseOlder(room: RoomId, epoch: number, known: StoredRoom | undefined): void {
    if (known === undefined || epoch >= known.epoch) return;
    const sentence = `The room ${room} is at epoch ${known.epoch}: a write of epoch ${epoch} comes too late.`;
    throw new BothyError('fenced', sentence);
  }

  #set<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    this.#remember(map);
    map.set(key, value);
  }

  #delete<Key, Value>(map: Map<Key, Value>, key: Key): void {
    this.#remember(map);
    map.delete(key);
  }

  #rememberLog(log: ModelLog): void {
    if (this.#undo === undefined) return;
    const before = [...log.entries];
    this.#undo.push(() => log.restore(before));
  }

  /** As a whole, for the order of a map counts too. */
  #remember<Key, Value>(map: Map<Key, Value>): void {
    if (this.#undo === undefined) return;
    const before = [...map];
    this.#undo.push(() => {
      map.clear();
      for (const [key, value] of before) map.set(key, value);
    });
  }
}

/** Contiguous entries of one room, and where each stands. */
class ModelLog {
  entries: RoomEntry[] = [];
  readonly #seqs = new Map<string, number>();

  constructor(entries: readonly RoomEntry[]) {
    this.restore(entries);
  }

  restore(entries: readonly RoomEntry[]): void {
    this.entries = [];
    this.#seqs.clear();
    for (const entry of entries) this.push(entry);
  }

  push(entry: RoomEntry): void {
    this.entries.push(entry);
    this.#seqs.set(`${entry.author} ${entry.key}`, entry.seq);
  }

  at(seq: number): RoomEntry | undefined {
    const first = this.entries[0];
    return first === undefined ? undefined : this.entries[seq - first.seq];
  }

  find(author: Author, key: string): RoomEntry | undefined {
    const seq = this.#seqs.get(`${author} ${key}`);
    return seq === undefined ? undefined : this.at(seq);
  }

  replace(entry: RoomEntry): void {
    const first = this.entries[0];
    if (first !== undefined) this.entries[entry.seq - first.seq] = entry;
  }
}

function conflict(sentence: string): BothyError {
  return new BothyError('storage_failed', sentence);
}

/** Values in the order of their keys, which are ASCII. */
function sorted<Value>(map: ReadonlyMap<string, Value>): Value[] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value);
}
