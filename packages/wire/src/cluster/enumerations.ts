/** Words here, numbers on the wire. A number that is not known has no word: what carries it is refused. */
import type { SwimStatus } from '@bothy/protocols';
import type { RoomPresence, RoomRole, RoomVisibility } from '../rooms/room-entry.ts';
import * as pb from './gen/cluster.ts';

interface Enumeration<Word extends string, Code extends number> {
  toCode(word: Word): Code;
  /** Undefined for a code of a later version, and for 0, which stands for a field that is missing. */
  toWord(code: number): Word | undefined;
}

function enumeration<Word extends string, Code extends number>(
  codes: Readonly<Record<Word, Code>>,
): Enumeration<Word, Code> {
  const words = new Map<number, Word>();
  for (const [word, code] of Object.entries(codes) as [Word, Code][]) words.set(code, word);
  return { toCode: (word) => codes[word], toWord: (code) => words.get(code) };
}

export const visibilities = enumeration<RoomVisibility, pb.Visibility>({
  public: pb.Visibility.PUBLIC,
  private: pb.Visibility.PRIVATE,
});
export const roles = enumeration<RoomRole, pb.Role>({
  owner: pb.Role.OWNER,
  moderator: pb.Role.MODERATOR,
  member: pb.Role.MEMBER,
  reader: pb.Role.READER,
});
export const presences = enumeration<RoomPresence, pb.Presence>({
  online: pb.Presence.ONLINE,
  away: pb.Presence.AWAY,
  offline: pb.Presence.OFFLINE,
});
export const swimStatuses = enumeration<SwimStatus, pb.SwimStatus>({
  alive: pb.SwimStatus.ALIVE,
  suspect: pb.SwimStatus.SUSPECT,
  dead: pb.SwimStatus.DEAD,
  left: pb.SwimStatus.LEFT,
});
export const refusals = enumeration<'unknown' | 'deleted', pb.NotFollowing_Reason>({
  unknown: pb.NotFollowing_Reason.UNKNOWN,
  deleted: pb.NotFollowing_Reason.DELETED,
});
