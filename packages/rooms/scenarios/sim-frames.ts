/**
 * What travels between a simulated client and its node: the very texts of `/ws`, written and parsed as they are in
 * production.
 */
import {
  type Author,
  entryNotification,
  flatEntry,
  noticeNotification,
  type Resumed,
  type ResumeRequest,
  type RoomActor,
  type RoomAnswer,
  type RoomCommand,
  type RoomEntry,
  type RoomId,
  type RoomNotice,
  type RoomResult,
  type ServerFrame,
} from '@bothy/wire';
import {
  parseClientFrame,
  parseParams,
  parseServerFrame,
  roomMethods,
  sessionOpenParams,
} from '@bothy/wire/schemas';

/** What a node sends to one client, in order. */
export type ServerMessage =
  | { readonly kind: 'opened'; readonly resumed: readonly Resumed[] }
  | { readonly kind: 'reply'; readonly id: string; readonly result: RoomResult }
  | { readonly kind: 'entries'; readonly room: RoomId; readonly entries: readonly RoomEntry[] }
  | { readonly kind: 'notice'; readonly notice: RoomNotice };

/** What a client's frame asks of a node; `wrong` should never come from a client of ours. */
export type Asked =
  | { readonly kind: 'open'; readonly id: string; readonly resume: readonly ResumeRequest[] }
  | { readonly kind: 'ping'; readonly id: string }
  | { readonly kind: 'command'; readonly id: string; readonly command: RoomCommand }
  | { readonly kind: 'wrong'; readonly reason: string };

const methods = new Map(roomMethods.map((each) => [each.method, each]));

/** `names`: how people call those whom commands are about. */
export function askedBy(text: string, names: ReadonlyMap<Author, string>): Asked {
  const frame = parseClientFrame(text);
  if (frame.kind === 'error') return { kind: 'wrong', reason: frame.sentence };
  const { method, params } = frame;
  const id = String(frame.id);
  if (method === 'session.ping') return { kind: 'ping', id };
  if (method === 'session.open') {
    const parsed = parseParams(sessionOpenParams, params);
    return parsed.ok
      ? { kind: 'open', id, resume: parsed.value.resume }
      : { kind: 'wrong', reason: parsed.reason };
  }
  const parsed = methods.get(method)?.parse?.(params);
  if (parsed?.ok !== true) return { kind: 'wrong', reason: `${method}: ${parsed?.reason ?? 'unknown'}` };
  const call = parsed.value;
  if (call.kind === 'command') return { kind: 'command', id, command: call.command };
  if (!('person' in call.by)) return { kind: 'wrong', reason: 'nobody is looked up by name here' };
  const { person } = call.by;
  return { kind: 'command', id, command: call.command({ person, name: names.get(person) ?? 'nobody' }) };
}

export interface AboutSession {
  /** Of the call that opened it. */
  readonly openId: string;
  readonly node: string;
  readonly actor: RoomActor;
}

/** Longer than most runs wait for anything, as in production. */
const heartbeatMs = 15_000;

/**
 * What one node's frames become at one client. The first of each kind, and every sixteenth of all, is written
 * and parsed as in production; the others are what parsing would give, for parsing all of them takes half of a run.
 */
export class FramePath {
  readonly #seen = new Set<string>();
  #count = 0;

  framesOf(message: ServerMessage, { openId, node, actor }: AboutSession): ServerFrame[] {
    switch (message.kind) {
      case 'opened': {
        const { person, name, verified } = actor;
        const about = { node, protocol: 'bothy.v1', person, name, verified, heartbeatMs, limits: {} };
        return [answer(openId, { ...about, resumed: message.resumed })];
      }
      case 'reply': {
        const { id, result } = message;
        const kind = result.ok ? methodOf(id) : result.code;
        if (this.#isWhole(kind)) {
          return [result.ok ? answer(id, flat(result.value)) : refusal(id, result.code, result.message)];
        }
        if (!result.ok) return [{ kind: 'refusal', id, code: result.code, message: result.message }];
        return [{ kind: 'answer', id, method: methodOf(id), result: result.value } as ServerFrame];
      }
      case 'entries': {
        const { room, entries } = message;
        return entries.map((entry) =>
          this.#isWhole(entry.content.kind)
            ? parsed({ ...entryNotification(room, entry) })
            : { kind: 'entry', room, entry },
        );
      }
      case 'notice': {
        const { notice } = message;
        return [
          this.#isWhole(notice.kind) ? parsed({ ...noticeNotification(notice) }) : { kind: 'notice', notice },
        ];
      }
    }
  }

  #isWhole(kind: string): boolean {
    this.#count += 1;
    if (this.#seen.has(kind)) return this.#count % 16 === 0;
    this.#seen.add(kind);
    return true;
  }
}

export function pongFrame(id: string, now: number): ServerFrame {
  return answer(id, { now });
}

function methodOf(id: string): string {
  return id.split('#', 1)[0] ?? '';
}

function answer(id: string, result: unknown): ServerFrame {
  return parsed({ id, result });
}

function refusal(id: string, code: string, message: string): ServerFrame {
  return parsed({ id, error: { code: -32000, message, data: { code } } });
}

function flat(value: RoomAnswer): unknown {
  return 'entries' in value ? { ...value, entries: value.entries.map(flatEntry) } : value;
}

function parsed(frame: Readonly<Record<string, unknown>>): ServerFrame {
  return parseServerFrame(JSON.stringify({ jsonrpc: '2.0', ...frame }));
}
