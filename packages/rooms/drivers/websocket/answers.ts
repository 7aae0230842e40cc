/** What goes to clients, as JSON-RPC 2.0 text. */
import {
  type ErrorCode,
  entryNotification,
  flatEntry,
  type Notification,
  type RoomAnswer,
  type RoomEntry,
  type RoomId,
} from '@bothy/wire';
import { type RpcId, rpcErrors } from '@bothy/wire/schemas';

export function resultText(id: RpcId, result: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}

/** JSON-RPC's own code where it has one, and ours in `data.code` always. */
export function errorText(id: RpcId | null, rpcCode: number, code: ErrorCode, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code: rpcCode, message, data: { code } } });
}

export function notificationText({ method, params }: Notification): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

export function entryText(room: RoomId, entry: RoomEntry): string {
  return notificationText(entryNotification(room, entry));
}

/** The JSON-RPC code of one of our codes. */
export function rpcCodeOf(code: ErrorCode): number {
  if (code === 'unknown_method') return rpcErrors.method;
  return code === 'internal' ? rpcErrors.internal : rpcErrors.ours;
}

/** An answer of the core as clients read it: its entries flat. */
export function answerOf(value: RoomAnswer): unknown {
  return 'entries' in value ? { ...value, entries: value.entries.map(flatEntry) } : value;
}
