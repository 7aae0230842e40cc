/** `GET /api/v1/cluster`, as clients read it. More members may come in later versions. */
import * as z from 'zod/mini';
import { directoryStatus } from './directory-status-schema.ts';
import { type Parsed, wholeNumber } from './parse.ts';
import { nodeId, roomId, visibility } from './room-parts.ts';
import { roomState } from './room-results.ts';

const clusterStatus = z.object({
  /** The node that was asked. */
  self: nodeId,
  nodes: z.array(
    z.object({
      id: nodeId,
      health: z.enum(['up', 'suspected', 'down']),
      version: z.string(),
      /** Where its web app and `/ws` are; empty when unknown. */
      webUrl: z.string(),
      sessions: wholeNumber(0),
      /** Rooms that it administers. */
      rooms: wholeNumber(0),
      messagesPerSecond: z.number(),
      clock: z.exactOptional(z.object({ offsetMs: z.number(), errorMs: z.number() })),
    }),
  ),
  rooms: z.array(
    z.object({
      id: roomId,
      name: z.string(),
      /** Nodes of earlier versions do not say it. */
      visibility: z.optional(visibility),
      administrator: nodeId,
      memberCount: wholeNumber(0),
      state: roomState,
    }),
  ),
  /** Nodes of earlier versions have none. */
  directory: z.optional(directoryStatus),
  deletions: z.array(
    z.object({
      room: roomId,
      name: z.string(),
      administrator: nodeId,
      outcome: z.enum(['committed', 'aborted', 'pending']),
      pending: z.array(nodeId),
      reason: z.optional(z.string()),
      /** Unix milliseconds. */
      at: wholeNumber(0),
    }),
  ),
});

export type ClusterStatusAnswer = z.infer<typeof clusterStatus>;

/** Of JSON that was parsed already. */
export function checkClusterStatus(json: unknown): Parsed<ClusterStatusAnswer> {
  const result = clusterStatus.safeParse(json);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, reason: `wrong shape at ${result.error.issues[0]?.path.join('.').slice(0, 80) ?? ''}` };
}
