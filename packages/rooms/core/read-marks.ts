/**
 * How far members have read, written behind: a mark counts at once and is stored within two seconds, many in one commit,
 * for a person who scrolls says so several times a second. A crash takes the marks of the last two seconds: who comes
 * back sees some messages as unread that they have seen. An end in order takes none. Rule RM60 in SPEC.md.
 */
import { WriteBehind } from '@bothy/protocols';
import type { Author, RoomId } from '@bothy/wire';
import { bounds, timing } from './config.ts';
import type { RoomWrite } from './records.ts';
import type { Room } from './room.ts';
import type { Shelf } from './shelf.ts';
import type { Step } from './step.ts';

interface Mark {
  readonly room: RoomId;
  readonly person: Author;
}

export class ReadMarks {
  readonly #shelf: Shelf;
  /** Which members have marks that are not stored; how far they are says the room itself. */
  readonly #behind = new WriteBehind<string, Mark>({
    maxDelayMs: timing.readMarksMs,
    maxPending: bounds.readMarks,
  });

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  mark(step: Step, room: Room, person: Author, seq: number): void {
    const member = room.members.get(person);
    if (member === undefined || seq <= member.read || seq > room.lastSeq) return;
    room.members.set(person, { ...member, read: seq });
    if (this.#behind.size === 0) step.setTimer('readMarks', timing.readMarksMs);
    this.#behind.put(`${room.id} ${person}`, { room: room.id, person }, step.now.monoMs);
    if (this.#behind.dueMs <= step.now.monoMs) this.flush(step);
  }

  /** All that waits is written. */
  flush(step: Step): void {
    const writes = this.#behind.flush().flatMap(([, { room, person }]): RoomWrite[] => {
      // Who has left meanwhile, with the mark, or whose room is gone, is not to come back.
      const member = this.#shelf.own(room)?.members.get(person);
      return member === undefined ? [] : [{ kind: 'putMember', member }];
    });
    step.clearTimer('readMarks');
    step.persist(...writes);
    // Should the disk refuse them this core ends, and another begins with what the disk has.
    this.#behind.flushed();
  }
}
