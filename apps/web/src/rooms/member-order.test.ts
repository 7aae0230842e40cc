import type { RoomContent, RoomEntry, RoomMember } from '@bothy/wire';
import { expect, it } from 'vitest';
import { bannedPeople, orderMembers } from './member-order.ts';

function member(name: string, presence: RoomMember['presence']): RoomMember {
  return { person: `guest:${name}`, name, role: 'member', verified: false, presence };
}

it('oneself comes first, then who is there, then by name', () => {
  const all = [
    member('dan', 'offline'),
    member('cy', 'online'),
    member('ben', 'online'),
    member('ann', 'away'),
  ];
  expect(orderMembers(all, 'guest:ann').map(({ name }) => name)).toEqual(['ann', 'ben', 'cy', 'dan']);
});

it('who is banned is known by the last word on them', () => {
  const about = { person: 'guest:ben', personName: 'ben' } as const;
  const contents: RoomContent[] = [
    { kind: 'joined', ...about, role: 'member' },
    { kind: 'banned', person: 'guest:ben', on: true },
    { kind: 'left', ...about, reason: 'banned' },
    { kind: 'banned', person: 'guest:eve', on: true },
    { kind: 'banned', person: 'guest:eve', on: false },
  ];
  const entries = contents.map((content, at): RoomEntry => {
    return { epoch: 1, seq: at + 1, author: 'guest:ann', name: 'ann', sentAt: 0, key: `k${at}`, content };
  });
  expect(bannedPeople(entries)).toEqual([{ person: 'guest:ben', name: 'ben' }]);
});
