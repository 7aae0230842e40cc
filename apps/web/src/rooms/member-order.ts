import type { Author, RoomMember } from '@bothy/wire';

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
