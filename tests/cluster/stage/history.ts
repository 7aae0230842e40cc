/** What clients saw, in the order in which they saw it: what the checker judges. */
import { RoomHistories } from '@bothy/rooms/scenarios';
import type { LogEntry } from './node-database.ts';

export interface Answered {
  readonly client: string;
  readonly room: string;
  readonly messageId: string;
  readonly body: string;
  readonly seq: number;
  /** When it was said first, and when it was answered, by one clock for all clients. */
  readonly calledMs: number;
  readonly answeredMs: number;
}

export type Seen =
  /** From here on entries follow the one numbered `after`. */
  | { readonly kind: 'goesOn'; readonly after: number }
  /** Entries came up to here with an answer, with nothing left out between its first and its last. */
  | { readonly kind: 'entry'; readonly entry: LogEntry }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }
  | { readonly kind: 'reset'; readonly commonSeq: number };

export class History {
  /** Messages that were answered with their number. */
  readonly answered: Answered[] = [];
  /** By client and room. */
  readonly seen = new Map<string, { readonly client: string; readonly room: string; readonly all: Seen[] }>();
  /** What they asked of rooms and were told of them. */
  readonly rooms: RoomHistories;
  /** What clients were told that must never be said of what they did. */
  readonly complaints: string[] = [];

  /** `nowMs`: by one clock for all clients. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.rooms = new RoomHistories(nowMs);
  }

  see(client: string, room: string, seen: Seen): void {
    const key = `${client} ${room}`;
    const known = this.seen.get(key) ?? { client, room, all: [] };
    this.seen.set(key, known);
    known.all.push(seen);
  }
}
