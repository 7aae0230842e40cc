/**
 * One text frame of a client: a request or a notification of JSON-RPC 2.0 (https://www.jsonrpc.org/specification),
 * without batches. What is wrong comes back as the error to answer with.
 */
import { roomLimits } from '../rooms/room-limits.ts';

export type RpcId = string | number;

/** The codes of JSON-RPC 2.0, section 5.1; `ours` is of the range left to servers. */
export const rpcErrors = {
  parse: -32700,
  request: -32600,
  method: -32601,
  params: -32602,
  internal: -32603,
  ours: -32000,
} as const;

export type ClientFrame =
  | {
      readonly kind: 'call';
      /** Undefined for a notification, which is not answered. */
      readonly id: RpcId | undefined;
      readonly method: string;
      /** Named parameters as they came, or undefined. */
      readonly params: unknown;
    }
  | {
      readonly kind: 'error';
      readonly id: RpcId | null;
      readonly rpcCode: number;
      readonly sentence: string;
    };

const maxIdChars = 128;

export function parseClientFrame(text: string): ClientFrame {
  // Before parsing: what is refused for its depth need not be built.
  if (nestsDeeper(text, roomLimits.nesting))
    return wrong(null, rpcErrors.request, `Values nest at most ${roomLimits.nesting} deep.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return wrong(null, rpcErrors.parse, 'That is not JSON.');
  }
  if (Array.isArray(json))
    return wrong(null, rpcErrors.request, 'Batches are not taken: one request a frame.');
  if (typeof json !== 'object' || json === null)
    return wrong(null, rpcErrors.request, 'A request is a JSON object.');
  const { jsonrpc, id, method, params } = json as Readonly<Record<string, unknown>>;
  const known = id === undefined || isId(id);
  const answered = isId(id) ? id : null;
  if (!known)
    return wrong(null, rpcErrors.request, `An id is a whole number or a string of at most ${maxIdChars}.`);
  if (jsonrpc !== '2.0') return wrong(answered, rpcErrors.request, 'A request has "jsonrpc": "2.0".');
  if (typeof method !== 'string') return wrong(answered, rpcErrors.request, 'A request has a method.');
  if (params !== undefined && (typeof params !== 'object' || params === null))
    return wrong(answered, rpcErrors.request, 'Parameters are an object.');
  return { kind: 'call', id: isId(id) ? id : undefined, method, params };
}

function isId(id: unknown): id is RpcId {
  return typeof id === 'string' ? id.length <= maxIdChars : Number.isSafeInteger(id);
}

function wrong(id: RpcId | null, rpcCode: number, sentence: string): ClientFrame {
  return { kind: 'error', id, rpcCode, sentence };
}

/** Whether brackets outside of strings nest deeper than `most`; of text that is not JSON it may say either. */
export function nestsDeeper(text: string, most: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (inString) {
      // A backslash takes the unit behind it along.
      if (unit === 0x5c) at += 1;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x7b || unit === 0x5b) {
      depth += 1;
      if (depth > most) return true;
    } else if (unit === 0x7d || unit === 0x5d) depth -= 1;
  }
  return false;
}

const traceparentPattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The `traceparent` of W3C Trace Context that parameters carry; one that is not valid counts as absent there. */
export function traceparentOf(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const { traceparent } = params as { readonly traceparent?: unknown };
  return typeof traceparent === 'string' && traceparentPattern.test(traceparent) ? traceparent : undefined;
}
