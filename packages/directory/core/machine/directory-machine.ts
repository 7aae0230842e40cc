/**
 * The state machine that Raft replicates: what all nodes agree on. The same commands in the same order give the same
 * answers and the same content everywhere, so nothing here knows a clock or this node. Rules DR1 to DR14 in SPEC.md.
 */
import type {
  DirectoryCommand,
  DirectoryContent,
  DirectoryResult,
  DirectoryRoomClaim,
  EdgeHome,
  EdgeId,
  KeptKey,
  Name,
  NameRecord,
  PersonId,
  RoomId,
} from '@bothy/wire';
import { DirectoryHomes } from './homes.ts';
import { DirectoryKeys } from './keys.ts';
import { type DirectoryLimits, directoryLimits, fullSentence, type LimitedPart } from './limits.ts';
import { DirectoryNames } from './names.ts';
import { DirectoryRooms } from './rooms.ts';

export const emptyContent: DirectoryContent = { names: [], rooms: [], buried: [], homes: [] };

export class DirectoryMachine {
  readonly #limits: DirectoryLimits;
  #names: DirectoryNames;
  #rooms: DirectoryRooms;
  #homes: DirectoryHomes;
  #keys: DirectoryKeys;

  constructor(content: DirectoryContent = emptyContent, limits: DirectoryLimits = directoryLimits) {
    this.#limits = limits;
    this.#names = new DirectoryNames(limits, content.names);
    this.#rooms = new DirectoryRooms(limits, content);
    this.#homes = new DirectoryHomes(limits, content.homes);
    this.#keys = new DirectoryKeys(limits, content.keys);
  }

  apply(command: DirectoryCommand): DirectoryResult {
    switch (command.kind) {
      case 'claimName':
        return this.#keys.isOut(command.person) ? { kind: 'keptOut' } : this.#names.claim(command);
      case 'releaseName':
        return this.#names.release(command);
      case 'keepOut':
        return this.#keys.keepOut(command);
      case 'letIn':
        return this.#keys.letIn(command);
      case 'claimRoom':
        return this.#rooms.claim(command);
      case 'buryRoom':
        return this.#rooms.bury(command);
      case 'claimHome':
        return this.#homes.claim(command);
      case 'moveHome':
        return this.#homes.move(command);
      case 'forgetHome':
        return this.#homes.forget(command);
      case 'removeNode':
        return this.#homes.removeNode(command);
      case 'takeIn':
        return this.#takeIn(command.content);
    }
  }

  /** Names, rooms, buried rooms, edges and keys. */
  get size(): number {
    return this.#names.size + this.#rooms.size + this.#homes.size + this.#keys.size;
  }

  /** Each list in the order of its key. */
  content(): DirectoryContent {
    return {
      names: this.#names.all(),
      rooms: this.#rooms.all(),
      buried: this.#rooms.allBuried(),
      homes: this.#homes.all(),
      ...(this.#keys.size === 0 ? {} : { keys: this.#keys.all() }),
    };
  }

  /** Replaces all of it. */
  restore(content: DirectoryContent): void {
    this.#names = new DirectoryNames(this.#limits, content.names);
    this.#rooms = new DirectoryRooms(this.#limits, content);
    this.#homes = new DirectoryHomes(this.#limits, content.homes);
    this.#keys = new DirectoryKeys(this.#limits, content.keys);
  }

  /** Undefined: nobody ever claimed it. */
  name(name: Name): NameRecord | undefined {
    return this.#names.get(name);
  }

  names(): readonly NameRecord[] {
    return this.#names.all();
  }

  room(room: RoomId): DirectoryRoomClaim | undefined {
    return this.#rooms.get(room);
  }

  isBuried(room: RoomId): boolean {
    return this.#rooms.isBuried(room);
  }

  home(edge: EdgeId): EdgeHome | undefined {
    return this.#homes.get(edge);
  }

  homes(): readonly EdgeHome[] {
    return this.#homes.all();
  }

  /** Undefined: it was never kept out. */
  key(person: PersonId): KeptKey | undefined {
    return this.#keys.get(person);
  }

  keys(): readonly KeptKey[] {
    return this.#keys.all();
  }

  /** What a node's version has to know to read what is in it; asked at every tick. */
  get level(): number {
    return this.#keys.size > 0 ? 1 : 0;
  }

  /** All of it or nothing: who is not taken in keeps its own. */
  #takeIn(content: DirectoryContent): DirectoryResult {
    const part = this.#lacksRoomFor(content);
    if (part !== undefined) return { kind: 'full', sentence: fullSentence(part, this.#limits) };
    this.#names.takeIn(content.names);
    this.#rooms.takeIn(content);
    this.#homes.takeIn(content.homes);
    this.#keys.takeIn(content.keys);
    return { kind: 'done' };
  }

  #lacksRoomFor(content: DirectoryContent): LimitedPart | undefined {
    if (!this.#names.hasRoomFor(content.names)) return 'names';
    if (!this.#homes.hasRoomFor(content.homes)) return 'homes';
    if (!this.#keys.hasRoomFor(content.keys)) return 'keys';
    return this.#rooms.lacksRoomFor(content);
  }
}
