/** A room keeps an owner: who follows the last one. */
import type { Author } from '@bothy/wire';
import type { Draft } from './entry-content.ts';
import type { Room } from './room.ts';

/** When the last owner leaves: who has been here longest, moderators first, owns the room. Guests never. */
export function successor(
  room: Room,
  leaving: Author,
  key: string,
  { author, name }: Pick<Draft, 'author' | 'name'>,
): Draft[] {
  const others = [...room.members.values()].filter(({ person, standing }) => {
    return standing === 'member' && person !== leaving;
  });
  const isOwner = room.members.get(leaving)?.role === 'owner';
  if (!isOwner || others.some(({ role }) => role === 'owner')) return [];
  const verified = others.filter((each) => each.verified);
  const heir = verified.find(({ role }) => role === 'moderator') ?? verified[0];
  if (heir === undefined) return [];
  const content = { kind: 'role', person: heir.person, role: 'owner' } as const;
  return [{ author, name, key: `~owner-${key}`, content }];
}
