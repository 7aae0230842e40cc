/** What a simulated client shows of its rooms, and who watches it. */
import type { Position, RoomAnswer, RoomCommand, RoomEntry, RoomId, RoomResult } from '@bothy/wire';
import type { FrameObserver } from './frame-watch.ts';
import type { SimClient } from './sim-client.ts';

/** What a client shows of a room that it is in. */
export interface ClientRoom {
  epoch: number;
  /** The last entry that was shown; -1 before the first. */
  last: number;
  readonly entries: RoomEntry[];
}

export interface ClientObserver extends FrameObserver {
  sent(client: SimClient, room: RoomId, messageId: string, body: string, position: Position): void;
  /** Any command but a message that was carried out. */
  done(client: SimClient, command: RoomCommand, value: RoomAnswer): void;
  deletion(client: SimClient, command: Extract<RoomCommand, { kind: 'delete' }>, result: RoomResult): void;
  /** The client core showed what it should not. */
  misshown(client: SimClient, sentence: string): void;
}
