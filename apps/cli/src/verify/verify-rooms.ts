/** Compares every node's copy of every room with the log of the node that orders it. */
import type { Difference } from '@bothy/protocols';
import { BothyError, type NodeId, type RoomId } from '@bothy/wire';
import type { ClusterStatusAnswer } from '@bothy/wire/schemas';
import { compareCopies } from './compare-copies.ts';
import type { AskDigest } from './node-digests.ts';

export interface ComparedRoom {
  readonly room: RoomId;
  readonly name: string;
  readonly administrator: NodeId;
  readonly copies: readonly {
    readonly node: NodeId;
    /** Numbers that were compared; none where `to` is below `from`. */
    readonly from: number;
    readonly to: number;
    /** Entries at the end that the copy has not got yet, which is no difference. */
    readonly behind: number;
    readonly differences: readonly Difference[];
  }[];
}

export interface VerifyReport {
  readonly rooms: readonly ComparedRoom[];
  /** Who could not be asked, and why. */
  readonly notAsked: readonly { readonly node: NodeId; readonly room?: RoomId; readonly reason: string }[];
}

export interface VerifyOptions {
  readonly status: ClusterStatusAnswer;
  /** Only this room. Throws `room_not_found` where it is not listed. */
  readonly room?: RoomId | undefined;
  readonly digestsAt: (url: string) => AskDigest;
  /** Where it is: for whoever waits. */
  readonly progress?: (room: string, at: number, of: number, entries: number) => void;
}

interface Asked {
  readonly id: NodeId;
  readonly ask: AskDigest;
}

type NotAsked = VerifyReport['notAsked'][number];

export async function verifyRooms(options: VerifyOptions): Promise<VerifyReport> {
  const { status, room: only, digestsAt, progress } = options;
  const notAsked: NotAsked[] = [];
  const nodes: Asked[] = [];
  for (const { id, health, webUrl } of status.nodes) {
    if (health === 'down') notAsked.push({ node: id, reason: 'It is down.' });
    else if (!URL.canParse(webUrl))
      notAsked.push({ node: id, reason: 'It does not say where it is reached.' });
    else nodes.push({ id, ask: digestsAt(webUrl) });
  }
  const listed = status.rooms.filter(({ id }) => only === undefined || id === only);
  if (only !== undefined && listed.length === 0) {
    throw new BothyError('room_not_found', `No room ${only} is to be seen at this node.`);
  }
  const rooms: ComparedRoom[] = [];
  let entries = 0;
  for (const [at, room] of listed.entries()) {
    const tell = (): void => progress?.(room.name, at + 1, listed.length, entries);
    tell();
    const compared = (numbers: number): void => {
      entries += numbers;
      tell();
    };
    rooms.push(await verifyRoom(room, nodes, notAsked, compared));
  }
  return { rooms, notAsked };
}

async function verifyRoom(
  { id: room, name, administrator, visibility }: ClusterStatusAnswer['rooms'][number],
  nodes: readonly Asked[],
  notAsked: NotAsked[],
  compared: (numbers: number) => void,
): Promise<ComparedRoom> {
  const copies: ComparedRoom['copies'][number][] = [];
  const log = nodes.find(({ id }) => id === administrator);
  for (const { id: node, ask } of nodes) {
    if (node === administrator) continue;
    try {
      // The copy first: the log may only be longer by the time that it is asked.
      const held = await ask(room);
      if (held === undefined) {
        // Whoever may not see a private room is told the same as where there is no copy.
        const isHidden = visibility === 'private' && ask.seesAll?.() === false;
        if (isHidden) notAsked.push({ node, room, reason: 'It shows private rooms to its operators only.' });
        continue;
      }
      const source = await log?.ask(room);
      if (log === undefined || source === undefined) {
        const reason = `${administrator}, which orders the room, does not show it.`;
        notAsked.push({ node, room, reason });
        continue;
      }
      const bounds = {
        from: Math.max(held.base, source.base) + 1,
        to: Math.min(held.lastSeq, source.lastSeq),
      };
      const found = await compareCopies({ room, log: log.ask, copy: ask, bounds, compared });
      const beyond: Difference[] =
        held.lastSeq > source.lastSeq
          ? [{ key: room, from: source.lastSeq + 1, to: held.lastSeq, kind: 'onlyTheirs' }]
          : [];
      const behind = Math.max(0, source.lastSeq - held.lastSeq);
      copies.push({ node, ...bounds, behind, differences: [...found, ...beyond] });
    } catch (thrown) {
      notAsked.push({ node, room, reason: BothyError.from(thrown).message });
    }
  }
  return { room, name, administrator, copies };
}
