/** The directory of a cluster as rooms know it, as plainly as it can be said: one map, and every command at once. */
import type { DirectoryCommand, DirectoryResult, DirectoryRoomClaim, RoomId } from '@bothy/wire';

export type RoomDirectoryCommand = Extract<DirectoryCommand, { kind: 'claimRoom' | 'buryRoom' }>;

export class DirectoryModel {
  readonly rooms = new Map<RoomId, DirectoryRoomClaim>();
  readonly buried = new Set<RoomId>();

  do(command: RoomDirectoryCommand): DirectoryResult {
    if (command.kind === 'buryRoom') {
      this.rooms.delete(command.room);
      this.buried.add(command.room);
      return { kind: 'done' };
    }
    const { claim } = command;
    if (this.buried.has(claim.room)) return { kind: 'roomBuried' };
    const known = this.rooms.get(claim.room) ?? this.ofCreation(claim.creation);
    if (known !== undefined && (known.room !== claim.room || known.administrator !== claim.administrator)) {
      return { kind: 'roomTaken', by: known };
    }
    this.rooms.set(claim.room, claim);
    return { kind: 'claimed' };
  }

  ofCreation(creation: string): DirectoryRoomClaim | undefined {
    return [...this.rooms.values()].find((claim) => claim.creation === creation);
  }

  /** What a node is told at a start, of the rooms that it holds. */
  about(held: readonly RoomId[]): { readonly rooms: DirectoryRoomClaim[]; readonly buried: RoomId[] } {
    return {
      rooms: held.flatMap((room) => this.rooms.get(room) ?? []),
      buried: held.filter((room) => this.buried.has(room)),
    };
  }
}
