/** What a person sees of one room that they are in, changed by what the node tells. Pure. */
import type { ClientNotice, OutgoingMessage } from '@bothy/rooms/client-core';
import { membersAfter, membersWithPresence } from '@bothy/rooms/views';
import type {
  Author,
  ErrorCode,
  RoomEntry,
  RoomId,
  RoomInfo,
  RoomMember,
  RoomRole,
  RoomState,
} from '@bothy/wire';

export interface RoomView {
  readonly id: RoomId;
  readonly info: RoomInfo | undefined;
  readonly members: readonly RoomMember[];
  /** `out`: one was in it, and is no longer; `refused`: could not come in. */
  readonly standing: 'joining' | 'in' | 'out' | 'refused';
  readonly state: RoomState;
  /** Why it is as it is: of the state, of the refusal, of the end. */
  readonly reason?: string;
  readonly code?: ErrorCode | 'left' | 'banned' | 'deleted' | 'refused';
  /** The last `seq` that this person has read. */
  readonly read: number;
  readonly typing: ReadonlyMap<Author, string>;
  /** Own messages that have no place in the log yet. */
  readonly outgoing: readonly OutgoingMessage[];
  /** Counts how often the log turned out to be another one: what was shown is read anew. */
  readonly resets: number;
}

export function newRoomView(id: RoomId, info?: RoomInfo): RoomView {
  return {
    id,
    info,
    members: [],
    standing: 'joining',
    state: info?.state ?? 'available',
    read: 0,
    typing: new Map(),
    outgoing: [],
    resets: 0,
  };
}

export function roleOf(view: RoomView, me: Author | undefined): RoomRole | undefined {
  return view.members.find(({ person }) => person === me)?.role;
}

export function applyRoomNotice(view: RoomView, notice: ClientNotice): RoomView {
  switch (notice.kind) {
    case 'room':
      return {
        ...withoutReason(view),
        standing: 'in',
        info: notice.room,
        members: notice.members,
        state: notice.room.state,
      };
    case 'entries':
      return notice.entries.reduce(applyEntry, view);
    case 'state':
      return { ...view, state: notice.state, reason: notice.reason };
    case 'presence': {
      const { person, presence } = notice;
      return { ...view, members: membersWithPresence(view.members, person, presence) };
    }
    case 'typing': {
      const typing = new Map(view.typing);
      if (notice.active) typing.set(notice.person, notice.name);
      else typing.delete(notice.person);
      return { ...view, typing };
    }
    case 'reset':
      return { ...view, resets: view.resets + 1 };
    case 'out':
      return {
        ...view,
        standing: 'out',
        code: notice.reason,
        reason: notice.message,
        state: notice.reason === 'deleted' ? 'deleted' : view.state,
        typing: new Map(),
      };
    case 'message':
      return { ...view, outgoing: outgoingAfter(view.outgoing, notice) };
    default:
      return view;
  }
}

function withoutReason({ reason: _reason, code: _code, ...view }: RoomView): RoomView {
  return view;
}

function outgoingAfter(
  outgoing: readonly OutgoingMessage[],
  { message, state }: Extract<ClientNotice, { kind: 'message' }>,
): readonly OutgoingMessage[] {
  const isSame = ({ messageId }: OutgoingMessage): boolean => messageId === message.messageId;
  if (state === 'givenUp') return outgoing.filter((each) => !isSame(each));
  // Once acknowledged it stays until its entry comes, or it would be gone for a moment.
  return outgoing.some(isSame)
    ? outgoing.map((each) => (isSame(each) ? message : each))
    : state === 'sent'
      ? outgoing
      : [...outgoing, message];
}

function applyEntry(view: RoomView, entry: RoomEntry): RoomView {
  const { content, author, key } = entry;
  const typing = view.typing.has(author)
    ? new Map([...view.typing].filter(([who]) => who !== author))
    : view.typing;
  const outgoing = view.outgoing.some((each) => each.messageId === key)
    ? view.outgoing.filter((each) => each.messageId !== key)
    : view.outgoing;
  const next = { ...view, typing, outgoing };
  if (next.info === undefined) return next;
  // The log of a join is told after the members, who are as of its end.
  if (entry.seq <= next.info.lastSeq) return next;
  const info = { ...next.info, lastSeq: entry.seq };
  switch (content.kind) {
    case 'updated': {
      const { roomName, description, visibility } = content;
      return {
        ...next,
        info: {
          ...info,
          ...(roomName === undefined ? {} : { name: roomName }),
          ...(description === undefined ? {} : { description }),
          ...(visibility === undefined ? {} : { visibility }),
        },
      };
    }
    case 'pin': {
      const others = info.pinned.filter((seq) => seq !== content.target);
      return { ...next, info: { ...info, pinned: content.on ? [...others, content.target] : others } };
    }
    case 'redact':
      return { ...next, info: { ...info, pinned: info.pinned.filter((seq) => seq !== content.target) } };
    case 'joined':
    case 'left':
    case 'role':
    case 'banned': {
      const members = membersAfter(next.members, entry);
      return { ...next, members, info: { ...info, memberCount: members.length } };
    }
    default:
      return { ...next, info };
  }
}
