/** The REST routes of rooms, files, webhooks and the cluster. */
import { roomLimits } from '@bothy/wire';
import {
  directoryStatus,
  maxDigestLevel,
  roomDigestAnswer,
  roomParts,
  roomResults,
} from '@bothy/wire/schemas';
import * as z from 'zod/mini';
import { queryNumber, type RestRoute } from './rest-route.ts';

const inRoom = z.object({ room: roomParts.roomId });
const hookId = z.string().check(z.regex(/^[a-z2-7]{20}$/));
const label = z.string().check(z.minLength(1), z.maxLength(64));
const millis = roomParts.count;

export const attachmentAnswer = z.object({
  file: roomParts.fileId,
  node: roomParts.nodeId,
  name: roomParts.fileName,
  type: roomParts.mediaType,
  sizeBytes: roomParts.count,
});

const webhook = z.object({
  id: hookId,
  label,
  person: roomParts.author,
  name: z.string(),
  createdAt: millis,
});

export const clusterAnswer = z.object({
  self: roomParts.nodeId,
  nodes: z.array(
    z.object({
      id: roomParts.nodeId,
      health: z.enum(['up', 'suspected', 'down']),
      version: z.string(),
      webUrl: z.string(),
      sessions: roomParts.count,
      /** Rooms that it administers. */
      rooms: roomParts.count,
      messagesPerSecond: z.number(),
      /** How far its clock is ahead of this node's, and how far that may be wrong; absent of itself, and while unknown. */
      clock: z.exactOptional(z.object({ offsetMs: z.int(), errorMs: z.number() })),
    }),
  ),
  rooms: z.array(
    z.object({
      id: roomParts.roomId,
      name: z.string(),
      visibility: roomParts.visibility,
      administrator: roomParts.nodeId,
      memberCount: roomParts.count,
      state: roomResults.roomState,
    }),
  ),
  /** Absent while the node starts. */
  directory: z.exactOptional(directoryStatus),
  /** No majority of the directory can be reached: what is shown may be old. */
  stale: z.exactOptional(z.literal(true)),
  deletions: z.array(
    z.object({
      room: roomParts.roomId,
      name: z.string(),
      administrator: roomParts.nodeId,
      outcome: z.enum(['committed', 'aborted', 'pending']),
      pending: z.array(roomParts.nodeId),
      reason: z.exactOptional(z.string()),
      at: millis,
    }),
  ),
});
export type ClusterStatus = z.infer<typeof clusterAnswer>;

export const roomRoutes = {
  list: {
    method: 'GET',
    path: '/api/v1/rooms',
    summary: 'Rooms of every node that answers; a guest sees public ones.',
    access: 'read',
    answer: roomResults.listResult,
  },
  info: {
    method: 'GET',
    path: '/api/v1/rooms/:room',
    summary: 'A room; with its members for who is one.',
    access: 'read',
    params: inRoom,
    answer: z.object({ room: roomResults.roomInfo, members: z.exactOptional(z.array(roomResults.member)) }),
  },
  entries: {
    method: 'GET',
    path: '/api/v1/rooms/:room/entries',
    summary: 'History: the last entries, or those before or after a seq.',
    access: 'read',
    params: inRoom,
    query: z.object({
      before: z.exactOptional(queryNumber(0)),
      after: z.exactOptional(queryNumber(0)),
      limit: z._default(queryNumber(1, roomLimits.historyLimit), 50),
    }),
    answer: roomResults.historyResult,
  },
  digest: {
    method: 'GET',
    path: '/api/v1/rooms/:room/digest',
    summary: 'Hashes over what this node holds of the log, to be compared with those of other nodes.',
    access: 'read',
    params: inRoom,
    query: z.object({
      from: z._default(queryNumber(1), 1),
      to: z._default(queryNumber(0), 0),
      level: z._default(queryNumber(0, maxDigestLevel), maxDigestLevel),
    }),
    answer: roomDigestAnswer,
  },
  send: {
    method: 'POST',
    path: '/api/v1/rooms/:room/messages',
    summary: 'Writes a message; the same messageId is written once.',
    access: 'token',
    params: inRoom,
    body: z.object({
      messageId: z.exactOptional(roomParts.requestId),
      body: roomParts.bodyText.check(z.minLength(1)),
      replyTo: z.exactOptional(roomParts.seq),
    }),
    answer: z.extend(roomResults.sendResult, { messageId: roomParts.requestId }),
  },
  addWebhook: {
    method: 'POST',
    path: '/api/v1/rooms/:room/webhooks',
    summary: 'Makes an address for another program; it is told once. For owners and moderators.',
    access: 'token',
    params: inRoom,
    body: z.object({ label }),
    answer: z.object({ id: hookId, url: z.string() }),
  },
  listWebhooks: {
    method: 'GET',
    path: '/api/v1/rooms/:room/webhooks',
    summary: 'The webhooks of a room at this node. For owners and moderators.',
    access: 'token',
    params: inRoom,
    answer: z.object({ webhooks: z.array(webhook) }),
  },
  removeWebhook: {
    method: 'DELETE',
    path: '/api/v1/rooms/:room/webhooks/:hook',
    summary: 'Ends a webhook. For owners and moderators.',
    access: 'token',
    params: z.object({ room: roomParts.roomId, hook: hookId }),
    answer: z.object({ id: hookId }),
  },
  postHook: {
    method: 'POST',
    path: '/api/v1/hooks/:hook/:secret',
    summary: 'Posts as who made the webhook; the message begins with name, or with the label of the webhook.',
    access: 'secret',
    params: z.object({ hook: hookId, secret: z.string().check(z.regex(/^[a-z2-7]{32}$/)) }),
    body: z
      .object({
        text: z.exactOptional(roomParts.bodyText.check(z.minLength(1))),
        body: z.exactOptional(roomParts.bodyText.check(z.minLength(1))),
        name: z.exactOptional(label),
        messageId: z.exactOptional(roomParts.requestId),
      })
      .check(z.refine(({ text, body }) => (text ?? body) !== undefined, { error: 'text or body' })),
    answer: z.object({ seq: roomParts.seq, duplicate: z.boolean() }),
  },
  addFile: {
    method: 'POST',
    path: '/api/v1/rooms/:room/files',
    summary: 'Keeps a file at this node, for a message to name. For members.',
    access: 'token',
    params: inRoom,
    query: z.object({ name: roomParts.fileName }),
    fileBytes: roomLimits.fileBytes,
    answer: attachmentAnswer,
  },
  readFile: {
    method: 'GET',
    path: '/api/v1/rooms/:room/files/:node/:file',
    summary: 'A file that a message names, for who may read the room.',
    access: 'read',
    params: z.object({ room: roomParts.roomId, node: roomParts.nodeId, file: roomParts.fileId }),
    answer: undefined,
  },
  cluster: {
    method: 'GET',
    path: '/api/v1/cluster',
    summary: 'Nodes and how well they are heard, who administers what, and the last deletions.',
    access: 'read',
    answer: clusterAnswer,
  },
  forgetNode: {
    method: 'DELETE',
    path: '/api/v1/cluster/nodes/:node',
    summary: 'Forgets a node that is down and will not come back. For operators.',
    access: 'operator',
    params: z.object({ node: roomParts.nodeId }),
    query: z.object({ force: z._default(z.enum(['true', 'false']), 'false') }),
    answer: z.object({ node: roomParts.nodeId }),
  },
  openApi: {
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This document.',
    access: 'anyone',
    answer: z.looseObject({ openapi: z.string() }),
  },
  openRpc: {
    method: 'GET',
    path: '/api/v1/openrpc.json',
    summary: 'The methods of /ws, as an OpenRPC document.',
    access: 'anyone',
    answer: z.looseObject({ openrpc: z.string() }),
  },
} as const satisfies Readonly<Record<string, RestRoute>>;
