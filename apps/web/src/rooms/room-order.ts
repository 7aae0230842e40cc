/** The two lists of rooms: one's own, and those that could be joined. */
import type { RoomId, RoomInfo } from '@bothy/wire';
import type { RoomView } from './room-view.ts';
import type { RoomList } from './rooms-session.ts';

export interface OrderedRooms {
  readonly own: readonly RoomView[];
  readonly others: readonly RoomInfo[];
}

/** By name, as people look for them; only those that the query is part of. */
export function orderRooms(
  rooms: ReadonlyMap<RoomId, RoomView>,
  list: RoomList,
  query: string,
): OrderedRooms {
  const wanted = query.trim().toLowerCase();
  const fits = (room: Pick<RoomInfo, 'name' | 'description'> | undefined): boolean =>
    wanted === '' || `${room?.name ?? ''}\n${room?.description ?? ''}`.toLowerCase().includes(wanted);
  const own = [...rooms.values()].filter(({ info }) => fits(info));
  const others = list.rooms.filter((room) => !rooms.has(room.id) && room.state !== 'deleted' && fits(room));
  return {
    own: own.toSorted((one, other) => compareNames(one.info?.name ?? '', other.info?.name ?? '')),
    others: others.toSorted((one, other) => compareNames(one.name, other.name)),
  };
}

function compareNames(one: string, other: string): number {
  return one.localeCompare(other, 'en', { sensitivity: 'base', numeric: true });
}
