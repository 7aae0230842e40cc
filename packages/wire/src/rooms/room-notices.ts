/** What members of a room are told unasked, and how a log entry is written for them (design, section 4). */
import type { Author, NodeId, RoomEntry, RoomId, RoomPresence, RoomState } from './room-entry.ts';

/** How well a node is heard: `suspected` is late, `down` has been silent too long. */
export type NodeHealth = 'up' | 'suspected' | 'down';

export type RoomNotice =
  | { readonly kind: 'gap'; readonly room: RoomId; readonly from: number; readonly to: number }
  | { readonly kind: 'state'; readonly room: RoomId; readonly state: RoomState; readonly reason: string }
  | {
      readonly kind: 'presence';
      readonly room: RoomId;
      readonly person: Author;
      readonly presence: RoomPresence;
    }
  | {
      readonly kind: 'typing';
      readonly room: RoomId;
      readonly person: Author;
      readonly name: string;
      readonly active: boolean;
    }
  | { readonly kind: 'node'; readonly node: NodeId; readonly health: NodeHealth };

/** A JSON-RPC 2.0 notification. */
export interface Notification {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** An entry as clients read it, flat: in `entries` of answers, and below `room` in notifications. */
export function flatEntry(entry: RoomEntry): Readonly<Record<string, unknown>> {
  const { epoch, seq, author, name, sentAt, key, content } = entry;
  const head = { epoch, seq, author, name, sentAt };
  if (content.kind === 'message') return { ...head, messageId: key, ...content };
  if (content.kind === 'unknown')
    return { ...content.fields, ...head, requestId: key, kind: content.original };
  return { ...head, requestId: key, ...content };
}

/** The notification of one entry: `room.message`, `room.memberJoined`, `room.memberLeft`, or `room.entry`. */
export function entryNotification(room: RoomId, entry: RoomEntry): Notification {
  const { kind, ...flat } = flatEntry(entry);
  if (kind === 'message') return { method: 'room.message', params: { room, ...flat } };
  if (kind === 'joined') return { method: 'room.memberJoined', params: { room, ...flat } };
  if (kind === 'left') return { method: 'room.memberLeft', params: { room, ...flat } };
  return { method: 'room.entry', params: { room, kind, ...flat } };
}

export function noticeNotification(notice: RoomNotice): Notification {
  const { kind, ...params } = notice;
  return kind === 'node' ? { method: 'node.state', params } : { method: `room.${kind}`, params };
}
