/** The list of rooms: those one is in, the unread ones first, and those one could join. */
import type { RoomId, RoomInfo } from '@bothy/wire';
import { stateWords } from './room-words.ts';

export interface RoomListInput {
  /** As `room.list` answered, and as rooms one is in were told of; later ones replace. */
  readonly rooms: readonly RoomInfo[];
  /** Nodes whose rooms are missing. */
  readonly unreachable: readonly string[];
  readonly joined: ReadonlySet<RoomId>;
  /** Unread messages of rooms one is in. */
  readonly unread: ReadonlyMap<RoomId, number>;
  /** When something was last said there, Unix milliseconds. */
  readonly lastAt: ReadonlyMap<RoomId, number>;
  /** What was typed to find a room; empty for all. */
  readonly search: string;
}

export interface RoomListItem {
  readonly room: RoomInfo;
  readonly unread: number;
  /** `99+` from a hundred on; empty for none. */
  readonly unreadWords: string;
  /** Empty when all is well. */
  readonly stateWords: string;
}

export interface RoomList {
  /** Unread ones first, then by the last word, then by name. */
  readonly joined: readonly RoomListItem[];
  /** By name. */
  readonly others: readonly RoomListItem[];
  /** A sentence when rooms of some nodes are missing; empty otherwise. */
  readonly missing: string;
}

export function roomList(input: RoomListInput): RoomList {
  const rooms = new Map(input.rooms.map((room) => [room.id, room]));
  const wanted = input.search.trim().toLowerCase();
  const items = [...rooms.values()]
    .filter(({ name, description }) => `${name}\n${description}`.toLowerCase().includes(wanted))
    .map((room): RoomListItem => {
      const unread = input.joined.has(room.id) ? (input.unread.get(room.id) ?? 0) : 0;
      const unreadWords = unread === 0 ? '' : unread > 99 ? '99+' : `${unread}`;
      return { room, unread, unreadWords, stateWords: stateWords(room.state, room).short };
    });
  const at = ({ room }: RoomListItem): number => input.lastAt.get(room.id) ?? 0;
  const joined = items
    .filter(({ room }) => input.joined.has(room.id))
    .sort((one, other) => {
      const byUnread = Number(other.unread > 0) - Number(one.unread > 0);
      return byUnread !== 0 ? byUnread : at(other) - at(one) || byName(one, other);
    });
  const others = items
    .filter(({ room }) => !input.joined.has(room.id) && room.state !== 'deleted')
    .sort(byName);
  return { joined, others, missing: missingWords(input.unreachable) };
}

function byName({ room: one }: RoomListItem, { room: other }: RoomListItem): number {
  const [a, b] = [one.name.toLowerCase(), other.name.toLowerCase()];
  if (a !== b) return a < b ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

function missingWords(nodes: readonly string[]): string {
  if (nodes.length === 0) return '';
  const [first = ''] = nodes;
  return nodes.length === 1
    ? `${first} cannot be reached; its rooms may be missing here.`
    : `${nodes.join(', ')} cannot be reached; their rooms may be missing here.`;
}
