/** Rooms and log entries as they came from another node, checked. */
import * as z from 'zod/mini';
import type { DirectoryRoom } from '../rooms/cluster-messages.ts';
import type { RoomActor, RoomAnswer } from '../rooms/room-commands.ts';
import type { RoomContent, RoomEntry } from '../rooms/room-entry.ts';
import type { Parsed } from '../schemas/parse.ts';
import { check, jsonObject } from './check.ts';
import * as command from './command-schemas.ts';
import { visibilities } from './enumerations.ts';
import type * as pb from './gen/cluster.ts';
import { contentSchemas, directoryRoom, entryHead, maxEntries } from './room-schemas.ts';

/** A kind of a later version, which is passed on as it came: its name and what it says are bounded all the same. */
const unknownKind = z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9.]{0,63}$/));
const maxContentChars = 1024 * 1024;

const contents: ReadonlyMap<string, z.ZodMiniType> = new Map(Object.entries(contentSchemas));

/** Of a room as its fields came: not checked yet. */
export function roomFields(room: pb.Room | undefined): unknown {
  if (room === undefined) return undefined;
  const { visibility, visibleTo, ...rest } = room;
  const word = visibilities.toWord(visibility);
  return { ...rest, visibility: word, ...(word === 'private' ? { visibleTo } : {}) };
}

export function roomFromProto(room: pb.Room): Parsed<DirectoryRoom> {
  return check(directoryRoom as z.ZodMiniType<DirectoryRoom>, roomFields(room), 'room');
}

export function entryFromProto(entry: pb.RoomEntry): Parsed<RoomEntry> {
  const { kind, contentJson, ...rest } = entry;
  const head = check(entryHead, rest, 'entry');
  if (!head.ok) return head;
  const content = contentOf(kind, contentJson);
  return content.ok ? { ok: true, value: { ...head.value, content: content.value } } : content;
}

function contentOf(kind: string, contentJson: string): Parsed<RoomContent> {
  const said = contentJson.length > maxContentChars ? undefined : jsonObject(contentJson);
  const schema = contents.get(kind);
  if (said === undefined) return { ok: false, reason: 'entry.contentJson is not as it should be' };
  if (schema === undefined) {
    const original = check(unknownKind, kind, 'entry.kind');
    return original.ok
      ? { ok: true, value: { kind: 'unknown', original: original.value, fields: said } }
      : original;
  }
  const content = check(schema, said, `entry.${kind}`);
  return content.ok
    ? { ok: true, value: { kind, ...(content.value as object) } as unknown as RoomContent }
    : content;
}

export function entriesFromProto(entries: readonly pb.RoomEntry[]): Parsed<readonly RoomEntry[]> {
  if (entries.length > maxEntries) return { ok: false, reason: `there are more than ${maxEntries} entries` };
  const checked: RoomEntry[] = [];
  for (const entry of entries) {
    const one = entryFromProto(entry);
    if (!one.ok) return one;
    checked.push(one.value);
  }
  return { ok: true, value: checked };
}

export function actorFromProto(actor: pb.Actor | undefined): Parsed<RoomActor> {
  return check(command.actor as z.ZodMiniType<RoomActor>, actor, 'actor');
}

/** An answer to a command, whose entries come as they are in memory. */
export function answerFromJson(text: string): Parsed<RoomAnswer> {
  const json = jsonObject(text);
  if (json === undefined) return { ok: false, reason: 'valueJson is not as it should be' };
  const answer = check(command.answerSchema(json), json, 'value');
  if (!answer.ok || !('entries' in answer.value)) return answer;
  const entries = [];
  for (const each of answer.value.entries as readonly unknown[]) {
    const entry = entryFromJson(each);
    if (!entry.ok) return entry;
    entries.push(entry.value);
  }
  return { ok: true, value: { ...answer.value, entries } as RoomAnswer };
}

function entryFromJson(value: unknown): Parsed<RoomEntry> {
  const head = check(entryHead, value, 'value.entries');
  if (!head.ok) return head;
  const { content } = value as { readonly content?: unknown };
  if (typeof content !== 'object' || content === null)
    return { ok: false, reason: 'value.entries.content is not as it should be' };
  const { kind, ...said } = content as Readonly<Record<string, unknown>>;
  const schema = contents.get(String(kind));
  if (schema !== undefined) {
    const known = check(schema, said, 'value.entries.content');
    if (!known.ok) return known;
    const entryContent = { kind, ...(known.value as object) } as unknown as RoomContent;
    return { ok: true, value: { ...head.value, content: entryContent } };
  }
  const unknown = check(unknownContent, content, 'value.entries.content');
  return unknown.ok ? { ok: true, value: { ...head.value, content: unknown.value } } : unknown;
}

const unknownContent = z.object({
  kind: z.literal('unknown'),
  original: unknownKind,
  fields: z.record(z.string(), z.unknown()),
});
