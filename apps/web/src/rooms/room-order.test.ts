import type { RoomInfo } from '@bothy/wire';
import { expect, it } from 'vitest';
import { orderRooms } from './room-order.ts';
import { newRoomView } from './room-view.ts';

function room(id: string, name: string, description = ''): RoomInfo {
  const head = { id, name, description, visibility: 'public', administrator: 'n1' } as const;
  return { ...head, memberCount: 0, state: 'available', epoch: 1, lastSeq: 0, pinned: [] };
}

it('one’s own rooms stand apart from those to join, each by name; a query looks into descriptions too', () => {
  const own = new Map([['a', newRoomView('a', room('a', 'Night watch'))]]);
  const rooms = [
    room('a', 'Night watch'),
    room('b', 'room 10'),
    room('c', 'Room 2', 'wood'),
    { ...room('d', 'x'), state: 'deleted' as const },
  ];
  const list = { rooms, unreachable: [], reading: false, known: true };
  const all = orderRooms(own, list, '');
  expect(all.own.map(({ id }) => id)).toEqual(['a']);
  expect(all.others.map(({ id }) => id)).toEqual(['c', 'b']);
  const found = orderRooms(own, list, ' WOOD');
  expect([found.own, found.others.map(({ id }) => id)]).toEqual([[], ['c']]);
});
