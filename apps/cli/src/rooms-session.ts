/** A client of rooms for one command: connected, or a sentence that says why not. */
import { setTimeout as wait } from 'node:timers/promises';
import { connectRooms, type RoomHandle, type RoomsClient } from '@bothy/rooms/client';
import { BothyError, type RoomId, roomIdPattern } from '@bothy/wire';
import type { RoomsSignIn } from './rooms-sign-in.ts';

/** Resolves once a session is open. Throws `node_unreachable` when no node answers, or what a node refuses with. */
export async function openRooms(urls: readonly string[], signIn: RoomsSignIn): Promise<RoomsClient> {
  const client = connectRooms({ urls, ...signIn });
  try {
    await new Promise<void>((resolve, reject) => {
      let tries = 0;
      const end = client.on('connection', ({ state, reason }) => {
        if (state === 'connecting' || state === 'stopped') return;
        if (state === 'waiting') tries += 1;
        // Each node was tried once, and it is not only the sign-in that is made again.
        if (state === 'waiting' && tries < Math.max(urls.length, 2)) return;
        end();
        if (state === 'open') return resolve();
        if (state === 'refused') {
          const code = reason === undefined || reason.code === 'lost' ? 'unauthorized' : reason.code;
          return reject(new BothyError(code, reason?.message ?? 'The node does not let you in.'));
        }
        const where = urls.join(', ');
        reject(
          new BothyError(
            'node_unreachable',
            `No node answers at ${where}. Is it running? "bothy up" starts one.`,
          ),
        );
      });
    });
    return client;
  } catch (thrown) {
    client.close();
    throw thrown;
  }
}

/** The room with this id, or the one of this name. Throws `room_not_found`. */
export async function findRoom(client: RoomsClient, wanted: string): Promise<RoomId> {
  return (await lookForRoom(client, wanted, false)) ?? (await lookAgain(client, wanted));
}

/** Nodes tell each other of new rooms in every heartbeat: one that was just made elsewhere is known a little later. */
const lookAgainMs = 1_500;

async function lookAgain(client: RoomsClient, wanted: string): Promise<RoomId> {
  await wait(lookAgainMs);
  return (await lookForRoom(client, wanted, true)) ?? wanted;
}

/** Undefined when there is none, unless this `isLast` look is to say so. */
async function lookForRoom(
  client: RoomsClient,
  wanted: string,
  isLast: boolean,
): Promise<RoomId | undefined> {
  const { rooms, unreachable } = await client.list();
  const known = rooms.filter(({ id, name }) => id === wanted || name === wanted);
  const [first, ...more] = known;
  if (first !== undefined && more.length === 0) return first.id;
  if (first !== undefined) {
    const ids = known.map(({ id }) => id).join(', ');
    throw new BothyError('bad_request', `Several rooms are named "${wanted}". Give the id: ${ids}.`);
  }
  // A private room is not listed to those who are only invited by its id.
  if (roomIdPattern.test(wanted)) return wanted;
  if (!isLast) return undefined;
  const missing = unreachable.length === 0 ? '' : ` (${unreachable.join(', ')} cannot be reached)`;
  throw new BothyError(
    'room_not_found',
    `There is no room "${wanted}"${missing}. "bothy rooms list" shows all, "bothy rooms create" makes one.`,
  );
}

export async function joinRoom(client: RoomsClient, wanted: string, limit: number): Promise<RoomHandle> {
  return await client.join(await findRoom(client, wanted), { limit });
}
