/** What is offered is what the administrator would do: compared over every combination. */
import type { OrderedCommand, RoomMember, RoomRole } from '@bothy/wire';
import { roomRoles } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { mayRedact, refuses } from '../core/permissions.ts';
import { Room } from '../core/room.ts';
import { permissionsIn } from './permissions.ts';
import type { RoomMessage } from './timeline.ts';

const me = 'm'.repeat(32);
const other = 'o'.repeat(32);
const request = { requestId: 'r', room: 'x' };

function roomOf(visibility: 'public' | 'private', members: readonly RoomMember[]): Room {
  const place = { id: 'x', epoch: 1, base: 0, lastSeq: 9, memberCount: members.length, pinned: [] };
  const words = { name: 'Hut', description: '', createdBy: '', administrator: 'n1' };
  const room = new Room({ ...place, ...words, visibility });
  for (const { person, name, role, verified } of members) {
    room.members.set(person, { room: 'x', person, name, role, verified, standing: 'member', read: 0 });
  }
  return room;
}

function member(person: RoomMember['person'], role: RoomRole, verified = true): RoomMember {
  return { person, name: person.slice(0, 4), role, verified, presence: 'online' };
}

const cases = (['public', 'private'] as const).flatMap((visibility) =>
  ([...roomRoles, undefined] as const).flatMap((role) =>
    roomRoles.flatMap((otherRole) =>
      [true, false].flatMap((operator) =>
        [true, false].map((verified) => ({ visibility, role, otherRole, operator, verified })),
      ),
    ),
  ),
);

describe('as the administrator would do', () => {
  test.each(cases)('%j', ({ visibility, role, otherRole, operator, verified }) => {
    const them = member(other, otherRole, verified);
    const members = role === undefined ? [them] : [member(me, role), them];
    const room = roomOf(visibility, members);
    const actor = { person: me, name: 'me', verified: true, operator };
    const may = (command: OrderedCommand): boolean => refuses(room, actor, command) === undefined;
    const offered = permissionsIn({ visibility, state: 'available' }, members, { person: me, operator });
    expect(offered.pin).toBe(may({ kind: 'pin', ...request, target: 1, on: true }));
    expect(offered.invite).toBe(
      may({ kind: 'invite', ...request, person: 'guest:cleo', personName: 'cleo' }),
    );
    expect(offered.update).toBe(may({ kind: 'update', ...request, name: 'New' }));
    expect(offered.delete).toBe(may({ kind: 'delete', ...request }));
    expect(offered.write).toBe(may({ kind: 'send', room: 'x', messageId: 'm', body: 'b' }));
    expect(offered.ban(them)).toBe(may({ kind: 'ban', ...request, person: other, on: true }));
    for (const given of roomRoles.filter((each) => each !== otherRole)) {
      expect(offered.giveRole(them, given)).toBe(
        may({ kind: 'setRole', ...request, person: other, role: given }),
      );
    }
    for (const author of [me, other]) {
      const message = { author, redacted: undefined } as RoomMessage;
      const mayTry = may({ kind: 'redact', ...request, target: 1 });
      expect(offered.redact(message)).toBe(mayTry && mayRedact(room, actor, author));
      expect(offered.edit(message)).toBe(
        author === me && may({ kind: 'edit', ...request, target: 1, body: 'b' }),
      );
    }
  });

  test('a room that is being deleted takes nothing', () => {
    const offered = permissionsIn({ visibility: 'public', state: 'deleting' }, [member(me, 'owner')], {
      person: me,
      operator: true,
    });
    expect([offered.write, offered.pin, offered.invite, offered.update, offered.delete]).toEqual(
      Array(5).fill(false),
    );
  });
});
