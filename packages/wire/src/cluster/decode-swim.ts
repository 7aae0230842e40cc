/** What is said about who is there, as it came from another node. */
import type { SwimMessage } from '@bothy/protocols';
import * as z from 'zod/mini';
import type { Parsed } from '../schemas/parse.ts';
import { count, nodeId } from '../schemas/room-parts.ts';
import { check } from './check.ts';
import { swimStatuses } from './enumerations.ts';
import type * as pb from './gen/cluster.ts';
import type { LinkMessage } from './link-message.ts';

const carried = {
  incarnation: count,
  // All that a node knows, at most.
  updates: z
    .array(
      z.object({
        member: nodeId,
        incarnation: count,
        status: z.enum(['alive', 'suspect', 'dead', 'left']),
        by: z.exactOptional(nodeId),
      }),
    )
    .check(z.maxLength(256)),
};
const probe = { ...carried, seq: count };
const swimSchema: z.ZodMiniType<SwimMessage> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ping'), ...probe }),
  z.object({ kind: z.literal('ack'), ...probe }),
  z.object({ kind: z.literal('pingRequest'), ...probe, target: nodeId }),
  z.object({ kind: z.literal('nack'), ...probe }),
  z.object({ kind: z.literal('sync'), ...carried }),
  z.object({ kind: z.literal('state'), ...carried }),
  z.object({ kind: z.literal('leave'), ...carried }),
]);

export function swimMessage({ incarnation, updates, kind }: pb.Swim): Parsed<LinkMessage> {
  const words = updates.map(({ node, status, by, ...rest }) => ({
    member: node,
    ...rest,
    status: swimStatuses.toWord(status),
    ...(by === '' ? {} : { by }),
  }));
  const fields = { ...kind?.value, kind: kind?.$case, incarnation, updates: words };
  const message = check(swimSchema, fields, 'swim');
  return message.ok ? { ok: true, value: { kind: 'swim', message: message.value } } : message;
}
