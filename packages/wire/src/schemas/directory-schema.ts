/** Shapes of what changes the replicated directory, and of what it knows, where another node sent them. */
import * as z from 'zod/mini';
import type {
  DirectoryCommand,
  DirectoryContent,
  DirectoryResult,
  DirectoryRoomClaim,
} from '../directory/directory-command.ts';
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
const stamp = z.object({ ms: count, counter: count });
const nameClaim = z.object({
  person: personId,
  // A claim of a node before it joined a cluster names none.
  claimed: z.object({ at: stamp, node: z.union([nodeId, z.literal('')]) }),
  sure: z.boolean(),
});
const nameRecord: z.ZodMiniType<NameRecord> = z.object({
  name: personName,
  claims: z.array(nameClaim).check(z.maxLength(claimsPerName)),
  released: z.optional(stamp),
});
const roomClaim: z.ZodMiniType<DirectoryRoomClaim> = z.object({
  room: roomId,
  administrator: nodeId,
  epoch: count,
  creation: textLike(/^[a-z2-7]{0,20}$/),
});
const home: z.ZodMiniType<EdgeHome> = z.object({
  v: z.literal(1),
  edge,
  home: nodeId,
  epoch: wholeNumber(1),
  claimedMs: count,
});

const content: z.ZodMiniType<DirectoryContent> = z.object({
  names: z.array(nameRecord),
  rooms: z.array(roomClaim),
  buried: z.array(z.object({ room: roomId, epoch: count })),
  homes: z.array(home),
});

const command: z.ZodMiniType<DirectoryCommand> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('claimName'), name: personName, person: personId, at: stamp, node: nodeId }),
  z.object({ kind: z.literal('releaseName'), name: personName, at: stamp }),
  z.object({ kind: z.literal('claimRoom'), claim: roomClaim }),
  z.object({ kind: z.literal('buryRoom'), room: roomId, epoch: count }),
  z.object({ kind: z.literal('claimHome'), edge, node: nodeId, atMs: count }),
  z.object({ kind: z.literal('moveHome'), edge, to: nodeId, epoch: count, atMs: count }),
  z.object({ kind: z.literal('forgetHome'), edge }),
  z.object({
    kind: z.literal('removeNode'),
    node: nodeId,
    nodes: z.array(nodeId).check(z.maxLength(256)),
    atMs: count,
  }),
  z.object({ kind: z.literal('takeIn'), node: nodeId, from: directoryId, content }),
]);

const result: z.ZodMiniType<DirectoryResult> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bound') }),
  z.object({ kind: z.literal('taken'), by: personId }),
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

export function parseDirectoryCommand(text: string): Parsed<DirectoryCommand> {
  return parseJson(command, text, maxContentBytes);
}

export function parseDirectoryContent(text: string): Parsed<DirectoryContent> {
  return parseJson(content, text, maxContentBytes);
}

export function parseDirectoryResult(text: string): Parsed<DirectoryResult> {
  return parseJson(result, text, maxContentBytes);
}
