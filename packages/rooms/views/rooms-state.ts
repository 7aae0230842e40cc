/** What a person sees of their rooms, kept by applying a client's notices. Pure: web and terminal draw the same. */
import type { ClientNotice, OutgoingMessage } from '@bothy/rooms/client-core';
import type { Author, NodeHealth, RoomId, RoomInfo, RoomMember } from '@bothy/wire';
import { membersAfter, membersWithPresence } from './members.ts';
import { Timeline } from './timeline.ts';

type Notice<Kind extends ClientNotice['kind']> = Extract<ClientNotice, { readonly kind: Kind }>;

export interface RoomView {
  readonly info: RoomInfo;
  readonly members: readonly RoomMember[];
  /** The node's own sentence about the state, where it gave one. */
  readonly stateReason: string;
  /** Changes in place; `version` says when. */
  readonly timeline: Timeline;
  /** Who writes just now, and until when that is believed (the reader's Unix milliseconds). */
  readonly typing: ReadonlyMap<Author, { readonly name: string; readonly untilMs: number }>;
  /** Counts changes, so that an equal number means an equal picture. */
  readonly version: number;
}

export interface RoomsState {
  readonly connection: Notice<'connection'> | undefined;
  readonly session: Notice<'session'> | undefined;
  /** Rooms that are followed. */
  readonly rooms: ReadonlyMap<RoomId, RoomView>;
  /** Why rooms are followed no longer: the last ones, to be told once. */
  readonly out: readonly Notice<'out'>[];
  /** Own messages that are not acknowledged, in the order of writing. */
  readonly outgoing: readonly OutgoingMessage[];
  /** Other nodes of the cluster, as this node hears them. */
  readonly nodes: ReadonlyMap<string, NodeHealth>;
}

export const emptyRoomsState: RoomsState = {
  connection: undefined,
  session: undefined,
  rooms: new Map(),
  out: [],
  outgoing: [],
  nodes: new Map(),
};

/** A sign of writing is believed for so long; writers repeat it. */
const typingMs = 6_000;
const keptOut = 20;

/** `nowMs`: the reader's clock. Returns the same object when nothing is to be seen of it. */
export function applyRoomsNotice(state: RoomsState, notice: ClientNotice, nowMs: number): RoomsState {
  switch (notice.kind) {
    case 'connection':
      return { ...state, connection: notice };
    case 'session':
      return { ...state, session: notice };
    case 'node':
      return { ...state, nodes: new Map(state.nodes).set(notice.node, notice.health) };
    case 'message':
      return { ...state, outgoing: outgoingAfter(state.outgoing, notice) };
    case 'room': {
      const known = state.rooms.get(notice.room.id);
      const fresh = { stateReason: '', timeline: new Timeline(), typing: new Map(), version: 0 };
      return withRoom(state, { ...fresh, ...known, info: notice.room, members: notice.members });
    }
    case 'out': {
      const rooms = new Map(state.rooms);
      rooms.delete(notice.room);
      return { ...state, rooms, out: [...state.out, notice].slice(-keptOut) };
    }
    case 'unknown':
    case 'malformed':
      return state;
    default: {
      const room = state.rooms.get(notice.room);
      return room === undefined ? state : withRoom(state, roomAfter(room, notice, nowMs));
    }
  }
}

/** What was asked of history, put where it belongs. */
export function withHistory(
  state: RoomsState,
  id: RoomId,
  entries: Notice<'entries'>['entries'],
): RoomsState {
  const room = state.rooms.get(id);
  if (room === undefined) return state;
  room.timeline.add(entries);
  return withRoom(state, room);
}

/** Names of who writes now, without those whose sign is too old. */
export function typingNames({ typing }: RoomView, nowMs: number): readonly string[] {
  return [...typing.values()].filter(({ untilMs }) => untilMs > nowMs).map(({ name }) => name);
}

function roomAfter(
  room: RoomView,
  notice: Notice<'entries' | 'gap' | 'reset' | 'state' | 'presence' | 'typing'>,
  nowMs: number,
): RoomView {
  switch (notice.kind) {
    case 'entries': {
      room.timeline.add(notice.entries);
      let { members, info, typing } = room;
      for (const entry of notice.entries) {
        // What the room was told with is not folded a second time.
        if (entry.seq > info.lastSeq) {
          members = membersAfter(members, entry);
          info = infoAfter(info, entry);
        }
        if (entry.content.kind === 'message') typing = withoutTyping(typing, entry.author);
      }
      if (members.length !== info.memberCount) info = { ...info, memberCount: members.length };
      return { ...room, members, info, typing };
    }
    case 'reset':
      room.timeline.reset(notice.commonSeq);
      return room;
    // The hole is seen between the entries around it.
    case 'gap':
      return room;
    case 'state':
      return { ...room, info: { ...room.info, state: notice.state }, stateReason: notice.reason };
    case 'presence':
      return { ...room, members: membersWithPresence(room.members, notice.person, notice.presence) };
    case 'typing': {
      const { person, name, active } = notice;
      if (!active) return { ...room, typing: withoutTyping(room.typing, person) };
      return { ...room, typing: new Map(room.typing).set(person, { name, untilMs: nowMs + typingMs }) };
    }
  }
}

function infoAfter(info: RoomInfo, { epoch, seq, content }: Notice<'entries'>['entries'][number]): RoomInfo {
  const place = { epoch: Math.max(info.epoch, epoch), lastSeq: Math.max(info.lastSeq, seq) };
  if (content.kind === 'pin') {
    const others = info.pinned.filter((each) => each !== content.target);
    return { ...info, ...place, pinned: content.on ? [...others, content.target] : others };
  }
  if (content.kind !== 'updated' && content.kind !== 'created') return { ...info, ...place };
  return {
    ...info,
    ...place,
    name: content.roomName ?? info.name,
    description: content.description ?? info.description,
    visibility: content.visibility ?? info.visibility,
  };
}

function outgoingAfter(
  outgoing: readonly OutgoingMessage[],
  { message, state }: Notice<'message'>,
): readonly OutgoingMessage[] {
  const isIt = (each: OutgoingMessage): boolean =>
    each.messageId === message.messageId && each.room === message.room;
  if (state === 'sent' || state === 'givenUp') return outgoing.filter((each) => !isIt(each));
  return outgoing.some(isIt) ? outgoing.map((each) => (isIt(each) ? message : each)) : [...outgoing, message];
}

function withoutTyping(typing: RoomView['typing'], person: Author): RoomView['typing'] {
  if (!typing.has(person)) return typing;
  const rest = new Map(typing);
  rest.delete(person);
  return rest;
}

function withRoom(state: RoomsState, room: RoomView): RoomsState {
  const view = { ...room, version: room.version + 1 };
  return { ...state, rooms: new Map(state.rooms).set(room.info.id, view) };
}
