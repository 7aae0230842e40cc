/** Shapes of what nodes say about themselves. Bounds are what a cluster may need, generously. */
import * as z from 'zod/mini';
import { textLike } from '../schemas/parse.ts';
import { count, nodeId } from '../schemas/room-parts.ts';

/** Ends up in logs, headers and file names of others. */
const plainText = (maxChars: number) => z.string().check(z.regex(/^[\x20-\x7e]*$/), z.maxLength(maxChars));

/** What a node made up to tell its data folder, or its start, from others. */
export const token = textLike(/^[A-Za-z0-9_-]{1,64}$/);

export const nodeInfo = z.object({
  id: nodeId,
  instance: token,
  address: textLike(/^[A-Za-z0-9.:[\]_%-]{1,255}:[0-9]{1,5}$/),
  webUrl: plainText(512),
  version: plainText(64),
});

export const heartbeat = z.object({
  kind: z.literal('heartbeat'),
  nodes: z.array(nodeInfo).check(z.maxLength(256)),
  load: z.object({
    sessions: count,
    rooms: count,
    messagesPerSecond: z.number().check(z.gte(0), z.lte(Number.MAX_SAFE_INTEGER)),
  }),
  nextMs: z.int().check(z.gte(0), z.lte(60_000)),
  sentMs: count,
  heard: z.exactOptional(z.object({ sentMs: count, heardMs: count })),
});

export const forget = z.object({ kind: z.literal('forget'), node: nodeId });

/** Made up by the node that asks. */
export const questionId = textLike(/^[\x21-\x7e]{1,128}$/);
