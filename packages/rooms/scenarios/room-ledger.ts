/**
 * What a log says of its room, read from its entries alone: told twice, by the core and by this, so that one mistake
 * is not enough. Of a whole log only: from its first entry on.
 */
import type { Author, RoomEntry, RoomRole } from '@bothy/wire';

export interface RoomWords {
  readonly name: string;
  readonly visibility: 'public' | 'private';
  /** By person: their role. */
  readonly members: ReadonlyMap<Author, RoomRole>;
  readonly banned: ReadonlySet<Author>;
  readonly pinned: readonly number[];
}

export function readLog(entries: Iterable<RoomEntry>): RoomWords {
  let name = '';
  let visibility: RoomWords['visibility'] = 'public';
  let pinned: number[] = [];
  const members = new Map<Author, RoomRole>();
  const banned = new Set<Author>();
  for (const { content } of entries) {
    switch (content.kind) {
      case 'created':
      case 'updated':
        name = content.roomName ?? name;
        visibility = content.visibility ?? visibility;
        break;
      case 'joined':
      case 'role':
        members.set(content.person, content.role);
        break;
      case 'left':
        members.delete(content.person);
        break;
      case 'banned':
        members.delete(content.person);
        if (content.on) banned.add(content.person);
        else banned.delete(content.person);
        break;
      case 'pin':
        pinned = pinned.filter((seq) => seq !== content.target);
        if (content.on) pinned.push(content.target);
        break;
      case 'redact':
        pinned = pinned.filter((seq) => seq !== content.target);
        break;
      default:
    }
  }
  return { name, visibility, members, banned, pinned };
}

interface Comings {
  upTo: number;
  readonly of: Map<Author, { readonly seq: number; readonly isIn: boolean }[]>;
}

/** By log: when everybody came and went. */
const comings = new WeakMap<ReadonlyMap<number, RoomEntry>, Comings>();

/** Whether somebody may be shown an entry: they were in the room when it was written, or came after it. */
export function mayBeShown(
  log: ReadonlyMap<number, RoomEntry>,
  lastSeq: number,
  person: Author,
  seq: number,
): boolean {
  const known: Comings = comings.get(log) ?? { upTo: 0, of: new Map() };
  comings.set(log, known);
  for (; known.upTo < lastSeq; known.upTo++) {
    const content = log.get(known.upTo + 1)?.content;
    if (content?.kind !== 'joined' && content?.kind !== 'left') continue;
    const list = known.of.get(content.person) ?? [];
    known.of.set(content.person, list);
    list.push({ seq: known.upTo + 1, isIn: content.kind === 'joined' });
  }
  const list = known.of.get(person) ?? [];
  // Who comes later reads what was before; who is out reads nothing of what follows.
  if (list.some((each) => each.seq >= seq)) return true;
  return list.at(-1)?.isIn === true;
}

/** Whether this person was ever asked in, or came: only then may they know that a private room exists. */
export function wasAsked(log: ReadonlyMap<number, RoomEntry>, person: Author): boolean {
  for (const { content } of log.values()) {
    if ((content.kind === 'joined' || content.kind === 'invited') && content.person === person) return true;
  }
  return false;
}
