/**
 * Rooms that were made twice. The directory of a cluster takes one room of a creation, so within one none is. But every
 * node founds a directory of its own before it meets others, and older data knows of none: a client that asked two nodes
 * which had not met has two rooms, each acknowledged. Their ids begin with the same letters, so the nodes see it once
 * they hear each other, and by the same rule: a room in which nothing has happened since goes, the one with the later id
 * where that is true of both. Where something has happened in both, both stay: nothing that was acknowledged is lost,
 * and people settle what machines cannot. The directory keeps both then, and could not know which of them was used.
 */
import type { DirectoryRoom } from '@bothy/wire';
import type { Room } from './room.ts';
import type { Shelf } from './shelf.ts';
import type { Step } from './step.ts';

/** Letters of an id that stand for who made the room under which request: 80 bits. */
export const creationLetters = 16;

/** A room is made with two entries: that it was, and that who made it is in it. */
const entriesOfCreation = 2;

export function creationOf(room: string): string {
  return room.slice(0, creationLetters);
}

export class Twins {
  readonly #shelf: Shelf;
  readonly #bury: (step: Step, room: Room, reason: string) => void;

  constructor(shelf: Shelf, bury: (step: Step, room: Room, reason: string) => void) {
    this.#shelf = shelf;
    this.#bury = bury;
  }

  /** Another node tells of rooms that it orders. */
  listed(step: Step, rooms: readonly DirectoryRoom[]): void {
    for (const other of rooms) {
      for (const own of this.#shelf.ofCreation(creationOf(other.id))) {
        if (own.id === other.id || !this.#shelf.isOwn(own) || own.deleting !== null) continue;
        if (own.lastSeq > entriesOfCreation) continue;
        // Both sides come to opposite ends: a log never gets shorter, so who sees the other one used is right.
        if (other.lastSeq <= entriesOfCreation && own.id < other.id) continue;
        const reason =
          'This room was made twice, while nodes did not hear each other. It goes on under its other id.';
        this.#bury(step, own, reason);
      }
    }
  }
}
