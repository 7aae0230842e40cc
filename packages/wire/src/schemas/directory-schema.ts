/** Shapes of what changes the replicated directory, and of what it knows, where another node sent them. */
import * as z from 'zod/mini';
import type {
  DirectoryCommand,
  DirectoryContent,
  DirectoryResult,
  DirectoryRoomClaim,
} from '../directory/directory-command.ts';
import { levelOfContent } from '../directory/directory-level.ts';
import type { KeptKey } from '../directory/kept-key.ts';
import { claimsPerName, type NameRecord } from '../directory/name-claim.ts';
import type { EdgeHome } from '../telemetry/edge-messages.ts';
import { telemetryNamePattern } from '../telemetry/reading.ts';
import { type Parsed, parseJson, textLike, textUpTo, wholeNumber } from './parse.ts';
import { count, nodeId, personId, personName, roomId } from './room-parts.ts';

/**
 * What a directory knows, as JSON: it has to fit in one message between nodes with what else is in it. Some 150 bytes a
 * name make 200,000 of them 30 MB.
 */
export const maxContentBytes = 40 * 1024 * 1024;

/** Random, made by who founded it. */
export const directoryId = textLike(/^[A-Za-z0-9_-]{1,64}$/);
const edge = textLike(telemetryNamePattern);
const stamp = z.strictObject({ ms: count, counter: count });
const nameClaim = z.strictObject({
  person: personId,
  // A claim of a node before it joined a cluster names none.
  claimed: z.strictObject({ at: stamp, node: z.union([nodeId, z.literal('')]) }),
  sure: z.boolean(),
});
const nameRecord: z.ZodMiniType<NameRecord> = z.strictObject({
  name: personName,
  claims: z.array(nameClaim).check(z.maxLength(claimsPerName)),
  released: z.optional(stamp),
});
const roomClaim: z.ZodMiniType<DirectoryRoomClaim> = z.strictObject({
  room: roomId,
  administrator: nodeId,
  epoch: count,
  creation: textLike(/^[a-z2-7]{0,20}$/),
});
const home: z.ZodMiniType<EdgeHome> = z.strictObject({
  v: z.literal(1),
  edge,
  home: nodeId,
  epoch: wholeNumber(1),
  claimedMs: count,
});

const key: z.ZodMiniType<KeptKey> = z.strictObject({
  person: personId,
  name: personName,
  isOut: z.boolean(),
  epoch: wholeNumber(1),
  by: personName,
  atMs: count,
});

/**
 * Versions of level 0 skip members that they do not know, and would lose the keys without a word. So a content that has
 * some comes within another object, which they refuse. From level 1 on every member that is not known is refused.
 */
const content = z.pipe(
  z.transform(unwrapped),
  z.strictObject({
    names: z.array(nameRecord),
    rooms: z.array(roomClaim),
    buried: z.array(z.strictObject({ room: roomId, epoch: count })),
    homes: z.array(home),
    keys: z.exactOptional(z.array(key)),
  }),
) as z.ZodMiniType<DirectoryContent>;

const command: z.ZodMiniType<DirectoryCommand> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('claimName'),
    name: personName,
    person: personId,
    at: stamp,
    node: nodeId,
  }),
  z.strictObject({ kind: z.literal('releaseName'), name: personName, at: stamp }),
  z.strictObject({
    kind: z.literal('keepOut'),
    person: personId,
    name: personName,
    by: personName,
    epoch: count,
    atMs: count,
  }),
  z.strictObject({ kind: z.literal('letIn'), person: personId, by: personName, epoch: count, atMs: count }),
  z.strictObject({ kind: z.literal('claimRoom'), claim: roomClaim }),
  z.strictObject({ kind: z.literal('buryRoom'), room: roomId, epoch: count }),
  z.strictObject({ kind: z.literal('claimHome'), edge, node: nodeId, atMs: count }),
  z.strictObject({ kind: z.literal('moveHome'), edge, to: nodeId, epoch: count, atMs: count }),
  z.strictObject({ kind: z.literal('forgetHome'), edge }),
  z.strictObject({
    kind: z.literal('removeNode'),
    node: nodeId,
    nodes: z.array(nodeId).check(z.maxLength(256)),
    atMs: count,
  }),
  z.strictObject({ kind: z.literal('takeIn'), node: nodeId, from: directoryId, content }),
]);

const result: z.ZodMiniType<DirectoryResult> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bound') }),
  z.object({ kind: z.literal('taken'), by: personId }),
  z.object({ kind: z.literal('keptOut') }),
  z.object({ kind: z.literal('key'), key: z.nullable(key) }),
  z.object({ kind: z.literal('released'), was: z.nullable(personId) }),
  z.object({ kind: z.literal('claimed') }),
  z.object({ kind: z.literal('roomTaken'), by: roomClaim }),
  z.object({ kind: z.literal('roomBuried') }),
  z.object({ kind: z.literal('home'), home: z.nullable(home) }),
  z.object({ kind: z.literal('homeMoved'), home }),
  z.object({ kind: z.literal('removed'), moved: z.array(home) }),
  z.object({ kind: z.literal('done') }),
  z.object({ kind: z.literal('full'), sentence: textUpTo(500) }),
]);

/** Of a command, as its schema reads it. */
export function directoryCommandText(command: DirectoryCommand): string {
  if (command.kind !== 'takeIn') return JSON.stringify(command);
  return JSON.stringify({ ...command, content: contentOnWire(command.content) });
}

export function directoryContentText(told: DirectoryContent): string {
  return JSON.stringify(contentOnWire(told));
}

function contentOnWire(told: DirectoryContent): unknown {
  const level = levelOfContent(told);
  return level === 0 ? told : { level, content: told };
}

function unwrapped(read: unknown): unknown {
  const { level, content: within, ...more } = Object(read) as Record<string, unknown>;
  return level === 1 && Object.keys(more).length === 0 ? within : read;
}

export function parseDirectoryCommand(text: string): Parsed<DirectoryCommand> {
  return parseJson(command, text, maxContentBytes);
}

export function parseDirectoryContent(text: string): Parsed<DirectoryContent> {
  return parseJson(content, text, maxContentBytes);
}

export function parseDirectoryResult(text: string): Parsed<DirectoryResult> {
  return parseJson(result, text, maxContentBytes);
}
