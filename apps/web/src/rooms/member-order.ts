import type { Author, RoomEntry, RoomMember } from '@bothy/wire';

const presenceRank = { online: 0, away: 1, offline: 2 } as const;

/** Oneself first, then who is there, then by name. */
export function orderMembers(members: readonly RoomMember[], me: Author | undefined): readonly RoomMember[] {
  return members.toSorted(
    (one, other) =>
      Number(other.person === me) - Number(one.person === me) ||
      presenceRank[one.presence] - presenceRank[other.presence] ||
      one.name.localeCompare(other.name, 'en'),
  );
}

/** Who is banned, as far as the entries that are here tell, by the name they had. */
export function bannedPeople(entries: readonly RoomEntry[]): readonly { person: Author; name: string }[] {
  const names = new Map<Author, string>();
  const banned = new Set<Author>();
  for (const { author, name, content } of entries) {
    names.set(author, name);
    if (content.kind === 'joined' || content.kind === 'left') names.set(content.person, content.personName);
    if (content.kind === 'joined') banned.delete(content.person);
    else if (content.kind === 'banned' && content.on) banned.add(content.person);
    else if (content.kind === 'banned') banned.delete(content.person);
  }
  return [...banned].map((person) => ({ person, name: names.get(person) ?? 'somebody' }));
}
