/** Who is in a room, kept up to date by its entries, and in the order in which a person looks for somebody. */
import type { Author, RoomEntry, RoomMember, RoomPresence, RoomRole } from '@bothy/wire';

const roleOrder: Readonly<Record<RoomRole, number>> = { owner: 0, moderator: 1, member: 2, reader: 3 };
const presenceOrder: Readonly<Record<RoomPresence, number>> = { online: 0, away: 1, offline: 2 };

/** The members after an entry; the same list when it changes none. */
export function membersAfter(members: readonly RoomMember[], { content }: RoomEntry): readonly RoomMember[] {
  switch (content.kind) {
    case 'joined': {
      const { person, personName: name, role } = content;
      const known = members.find((each) => each.person === person);
      const presence = known?.presence ?? 'online';
      const member: RoomMember = { person, name, role, verified: !person.startsWith('guest:'), presence };
      return [...members.filter((each) => each.person !== person), member];
    }
    case 'left':
      return without(members, content.person);
    case 'banned':
      return content.on ? without(members, content.person) : members;
    case 'role': {
      const { person, role } = content;
      return members.map((each) => (each.person === person ? { ...each, role } : each));
    }
    default:
      return members;
  }
}

export function membersWithPresence(
  members: readonly RoomMember[],
  person: Author,
  presence: RoomPresence,
): readonly RoomMember[] {
  return members.map((each) => (each.person === person ? { ...each, presence } : each));
}

export interface MemberSection {
  readonly presence: RoomPresence;
  /** Owners first, then by name. */
  readonly members: readonly RoomMember[];
}

/** Who is there first. Sections without anybody are left out. */
export function memberSections(members: readonly RoomMember[]): readonly MemberSection[] {
  const sorted = [...members].sort((one, other) => {
    const byPresence = presenceOrder[one.presence] - presenceOrder[other.presence];
    if (byPresence !== 0) return byPresence;
    const byRole = roleOrder[one.role] - roleOrder[other.role];
    if (byRole !== 0) return byRole;
    return one.name < other.name ? -1 : one.name > other.name ? 1 : one.person < other.person ? -1 : 1;
  });
  const sections: { presence: RoomPresence; members: RoomMember[] }[] = [];
  for (const member of sorted) {
    const last = sections.at(-1);
    if (last?.presence === member.presence) last.members.push(member);
    else sections.push({ presence: member.presence, members: [member] });
  }
  return sections;
}

function without(members: readonly RoomMember[], person: Author): readonly RoomMember[] {
  const rest = members.filter((each) => each.person !== person);
  return rest.length === members.length ? members : rest;
}
