/** What this node holds of a room, told by hashes: `bothy verify` compares those of all nodes. */
import type { RoomActor, RoomId, RoomVisibility } from '@bothy/wire';
import { BothyError } from '@bothy/wire';
import { digestFanout, maxDigestNumbers, type RoomDigestAnswer } from '@bothy/wire/schemas';
import type { FastifyInstance } from 'fastify';
import { type DiskRooms, digestsOf, heldLog } from '../rooms/room-digest.ts';
import type { RoomCommands } from './message-api.ts';
import { parsePart } from './rest-route.ts';
import { type AccessOptions, readerOf } from './room-access.ts';
import { roomRoutes } from './room-routes.ts';

export interface DigestApiOptions extends AccessOptions, RoomCommands {
  readonly rooms: DiskRooms;
  /** Of a room that this node knows of. */
  readonly visibilityOf: (room: RoomId) => RoomVisibility | undefined;
}

export function digestApi(options: DigestApiOptions): (server: FastifyInstance) => void {
  const { digest } = roomRoutes;
  const { node, rooms } = options;
  return (server) => {
    server.get(digest.path, async (request): Promise<RoomDigestAnswer> => {
      const { actor } = await readerOf(request, options);
      const { room } = parsePart(digest.params, request.params, 'address');
      const { from, to, level } = parsePart(digest.query, request.query, 'query');
      if (to - from >= maxDigestNumbers) {
        throw new BothyError('bad_request', `Ask for the digests of ${maxDigestNumbers} numbers at most.`);
      }
      if (!(await mayRead(actor, room))) {
        throw new BothyError('room_not_found', 'There is no such room to be seen here.');
      }
      const held = await heldLog(rooms, room);
      if (held === undefined) {
        throw new BothyError('room_not_found', 'This node holds nothing of that room.');
      }
      const digests = to < from ? [] : await digestsOf(rooms, room, { from, to, level });
      const index = Math.floor((from - 1) / digestFanout ** level);
      return { node, room, ...held, index, level, digests: [...digests] };
    });
  };

  /** Who may read the room: a digest tells whoever guesses a text that it is there. */
  async function mayRead(actor: RoomActor, room: RoomId): Promise<boolean> {
    if (actor.operator || options.visibilityOf(room) === 'public') return true;
    return actor.person !== '' && (await options.command(actor, { kind: 'info', room })).ok;
  }
}
