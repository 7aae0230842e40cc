/**
 * One room as a node holds it: its own, or a copy of another's. `fold` applies
 * an entry; every node folds the same entries in the same order, so all agree.
 */
import type {
  Author,
  DirectoryRoom,
  RoomEntry,
  RoomId,
  RoomInfo,
  RoomMember,
  RoomPresence,
  RoomSnapshot,
  RoomState,
  RoomVisibility,
} from '@bothy/wire';
import type { MemberRecord, RoomRecord, RoomWrite } from './records.ts';

export class Room {
  readonly id: RoomId;
  readonly createdBy: string;
  administrator: string;
  epoch: number;
  base: number;
  lastSeq: number;
  name: string;
  description: string;
  visibility: RoomVisibility;
  memberCount: number;
  pinned: readonly number[];
  readonly members = new Map<Author, MemberRecord>();
  /** Sessions at this node that are told of it. */
  readonly attached = new Set<string>();
  /** Sessions of each person among them. */
  readonly here = new Map<Author, number>();
  /** How members stand, as the administrator says; who is not in it is offline. */
  readonly presence = new Map<Author, RoomPresence>();
  /** The deletion that has frozen it. */
  deleting: string | null = null;

  constructor(record: RoomRecord) {
    this.id = record.id;
    this.createdBy = record.createdBy;
    this.administrator = record.administrator;
    this.epoch = record.epoch;
    this.base = record.base;
    this.lastSeq = record.lastSeq;
    this.name = record.name;
    this.description = record.description;
    this.visibility = record.visibility;
    this.memberCount = record.memberCount;
    this.pinned = record.pinned;
  }

  record(): RoomRecord {
    const { id, name, description, visibility, administrator, epoch, base, lastSeq } = this;
    const { memberCount, createdBy, pinned } = this;
    return {
      id,
      name,
      description,
      visibility,
      administrator,
      epoch,
      base,
      lastSeq,
      memberCount,
      createdBy,
      pinned,
    };
  }

  info(state: RoomState): RoomInfo {
    const { id, name, description, visibility, administrator, memberCount, epoch, lastSeq, pinned } = this;
    const shown = this.deleting !== null && state === 'available' ? 'deleting' : state;
    const words = { id, name, description, visibility, administrator, memberCount };
    return { ...words, state: shown, epoch, lastSeq, pinned };
  }

  listing(): DirectoryRoom {
    const { id, name, description, visibility, memberCount, epoch, lastSeq } = this;
    const shared = { id, name, description, visibility, memberCount, epoch, lastSeq };
    const deleting = this.deleting !== null;
    if (visibility === 'public') return { ...shared, deleting };
    const visibleTo = [...this.members.values()]
      .filter(({ standing }) => standing !== 'banned')
      .map(({ person }) => person);
    return { ...shared, deleting, visibleTo };
  }

  isMember(person: Author): boolean {
    return this.members.get(person)?.standing === 'member';
  }

  /** Whether they were asked in, or came: who was banned before that has no name here, and is told nothing. */
  isKnownTo(person: Author): boolean {
    const known = this.members.get(person);
    return known !== undefined && (known.standing !== 'banned' || known.name !== person);
  }

  memberList(): RoomMember[] {
    const list: RoomMember[] = [];
    for (const { person, name, role, verified, standing } of this.members.values()) {
      if (standing !== 'member') continue;
      list.push({ person, name, role, verified, presence: this.presence.get(person) ?? 'offline' });
    }
    return list;
  }

  /** Applies the next entry of the log; returns what is to be written beside it. */
  fold(entry: RoomEntry): RoomWrite[] {
    this.lastSeq = entry.seq;
    const { content } = entry;
    switch (content.kind) {
      case 'created':
      case 'updated':
        this.name = content.roomName ?? this.name;
        this.description = content.description ?? this.description;
        this.visibility = content.visibility ?? this.visibility;
        return [this.#put()];
      case 'joined':
        return this.#stand(content.person, content.personName, 'member', { role: content.role });
      case 'invited':
        return this.#stand(content.person, content.personName, 'invited', {});
      case 'left':
        return this.#left(content.person, content.reason === 'nodeFailed');
      case 'role':
        return this.#stand(content.person, undefined, 'member', { role: content.role });
      case 'banned':
        if (!content.on) return this.#forget(content.person);
        return this.#stand(content.person, undefined, 'banned', {});
      case 'pin':
        this.pinned = this.pinned.filter((seq) => seq !== content.target);
        if (content.on) this.pinned = [...this.pinned, content.target];
        return [this.#put()];
      case 'redact':
        // Nothing is left to be pinned, and it could not be unpinned any more.
        if (!this.pinned.includes(content.target)) return [];
        this.pinned = this.pinned.filter((seq) => seq !== content.target);
        return [this.#put()];
      default:
        return [];
    }
  }

  /** Members and words as the administrator has them now, whatever was known. */
  takeSnapshot({ room: listing, pinned }: RoomSnapshot, members: readonly MemberRecord[]): RoomWrite[] {
    this.name = listing.name;
    this.description = listing.description;
    this.visibility = listing.visibility;
    this.epoch = listing.epoch;
    this.pinned = pinned;
    const gone = [...this.members.keys()].filter((person) => !members.some((each) => each.person === person));
    for (const person of gone) this.members.delete(person);
    for (const member of members) this.members.set(member.person, member);
    this.memberCount = [...this.members.values()].filter(({ standing }) => standing === 'member').length;
    return [
      ...gone.map((person): RoomWrite => ({ kind: 'deleteMember', room: this.id, person })),
      ...members.map((member): RoomWrite => ({ kind: 'putMember', member })),
      this.#put(),
    ];
  }

  #stand(
    person: Author,
    name: string | undefined,
    standing: MemberRecord['standing'],
    change: Partial<Pick<MemberRecord, 'role'>>,
  ): RoomWrite[] {
    const known = this.members.get(person);
    const fresh: MemberRecord = {
      room: this.id,
      person,
      name: name ?? person,
      verified: !person.startsWith('guest:'),
      standing,
      role: 'member',
      read: 0,
    };
    const member = { ...fresh, ...known, ...change, name: name ?? known?.name ?? person, standing };
    this.members.set(person, member);
    const by = Number(standing === 'member') - Number(known?.standing === 'member');
    if (standing !== 'member') this.presence.delete(person);
    this.memberCount += by;
    const put: RoomWrite = { kind: 'putMember', member };
    return by === 0 ? [put] : [put, this.#put()];
  }

  #left(person: Author, mayReturn: boolean): RoomWrite[] {
    // A ban says that they left as well; it stays.
    if (this.members.get(person)?.standing === 'banned') return [];
    // Who only lost their node is not to beg for an invitation.
    if (mayReturn && this.visibility === 'private') return this.#stand(person, undefined, 'invited', {});
    return this.#forget(person);
  }

  #forget(person: Author): RoomWrite[] {
    const known = this.members.get(person);
    if (known === undefined) return [];
    this.members.delete(person);
    this.presence.delete(person);
    const gone: RoomWrite = { kind: 'deleteMember', room: this.id, person };
    if (known.standing !== 'member') return [gone];
    this.memberCount -= 1;
    return [gone, this.#put()];
  }

  #put(): RoomWrite {
    return { kind: 'putRoom', room: this.record() };
  }
}
