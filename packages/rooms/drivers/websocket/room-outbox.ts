/** What a room's members at this node get in this tick: the frames once, and who is to have them. */
import type { Connection } from './connection.ts';

export class RoomOutbox {
  readonly connections = new Set<Connection>();
  /** Of this tick. */
  frames: Buffer[] = [];
}
