/**
 * The state machine that Raft replicates: what all nodes agree on. The same commands in the same order give the same
 * answers and the same content everywhere, so nothing here knows a clock or this node. Rules DR1 to DR12 in SPEC.md.
 */
import type {
  DirectoryCommand,
  DirectoryContent,
  DirectoryResult,
  DirectoryRoomClaim,
  EdgeHome,
  EdgeId,
  Name,
  NameRecord,
  RoomId,
} from '@bothy/wire';
import { DirectoryHomes } from './homes.ts';
import { type DirectoryLimits, directoryLimits, fullSentence, type LimitedPart } from './limits.ts';
import { DirectoryNames } from './names.ts';
import { DirectoryRooms } from './rooms.ts';

export const emptyContent: DirectoryContent = { names: [], rooms: [], buried: [], homes: [] };

export class DirectoryMachine {
  readonly #limits: DirectoryLimits;
  #names: DirectoryNames;
  #rooms: DirectoryRooms;
  #homes: DirectoryHomes;

  constructor(content: DirectoryContent = emptyContent, limits: DirectoryLimits = directoryLimits) {
    this.#limits = limits;
    this.#names = new DirectoryNames(limits, content.names);
    this.#rooms = new DirectoryRooms(limits, content);
    this.#homes = new DirectoryHomes(limits, content.homes);
  }

  apply(command: DirectoryCommand): DirectoryResult {
    switch (command.kind) {
      case 'claimName':
        return this.#names.claim(command);
      case 'releaseName':
        return this.#names.release(command);
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

  /** Names, rooms, buried rooms and edges. */
  get size(): number {
    return this.#names.size + this.#rooms.size + this.#homes.size;
  }

  /** Each list in the order of its key. */
  content(): DirectoryContent {
    return {
      names: this.#names.all(),
      rooms: this.#rooms.all(),
      buried: this.#rooms.allBuried(),
      homes: this.#homes.all(),
    };
  }

  /** Replaces all of it. */
  restore(content: DirectoryContent): void {
    this.#names = new DirectoryNames(this.#limits, content.names);
    this.#rooms = new DirectoryRooms(this.#limits, content);
    this.#homes = new DirectoryHomes(this.#limits, content.homes);
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

  roomOfCreation(creation: string): DirectoryRoomClaim | undefined {
    return this.#rooms.ofCreation(creation);
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

  /** All of it or nothing: who is not taken in keeps its own. */
  #takeIn(content: DirectoryContent): DirectoryResult {
    const part = this.#lacksRoomFor(content);
    if (part !== undefined) return { kind: 'full', sentence: fullSentence(part, this.#limits) };
    this.#names.takeIn(content.names);
    this.#rooms.takeIn(content);
    this.#homes.takeIn(content.homes);
    return { kind: 'done' };
  }

  #lacksRoomFor(content: DirectoryContent): LimitedPart | undefined {
    if (!this.#names.hasRoomFor(content.names)) return 'names';
    if (!this.#homes.hasRoomFor(content.homes)) return 'homes';
    return this.#rooms.lacksRoomFor(content);
  }
}
