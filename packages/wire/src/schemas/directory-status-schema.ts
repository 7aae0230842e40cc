/** How a node's replicated directory stands, within `GET /api/v1/cluster`. */
import * as z from 'zod/mini';
import { textUpTo } from './parse.ts';
import { count, nodeId } from './room-parts.ts';

export const directoryStatus = z.object({
  directory: z.string(),
  state: z.enum(['ready', 'seeking', 'stale', 'joining']),
  role: z.enum(['leader', 'follower', 'learner', 'candidate']),
  leader: z.nullable(nodeId),
  term: count,
  voters: z.array(nodeId),
  learners: z.array(nodeId),
  /** How many voters may be lost before commands are refused. */
  survives: count,
  /** Empty when all is well. */
  warning: textUpTo(500),
  /** Entries of the log that this node has carried out. */
  applied: count,
  /** Directories of other nodes that cannot be joined with this one by themselves. */
  foreign: z.array(z.object({ node: nodeId, directory: z.string() })),
});

export type DirectoryStatusAnswer = z.infer<typeof directoryStatus>;
