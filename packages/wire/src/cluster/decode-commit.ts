/** Messages of the two-phase commit, as they came from another node. */
import type { CommitMessage } from '@bothy/protocols';
import * as z from 'zod/mini';
import type { Parsed } from '../schemas/parse.ts';
import { reasonText } from '../schemas/room-parts.ts';
import { check } from './check.ts';
import type * as pb from './gen/cluster.ts';
import type { LinkMessage } from './link-message.ts';

type CommitKind = Extract<
  NonNullable<pb.Message['kind']>,
  { $case: 'prepare' | 'vote' | 'commit' | 'rollback' | 'acknowledge' | 'inquire' | 'consult' | 'consulted' }
>;

/** A room, an epoch, a person and a request: with room to spare. */
const id = z.string().check(z.regex(/^[\x20-\x7e]{1,512}$/));
const transaction = { transaction: id };
const commitSchema: z.ZodMiniType<CommitMessage> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('prepare'), ...transaction, subject: id }),
  z.object({
    kind: z.literal('vote'),
    ...transaction,
    vote: z.enum(['ready', 'abort']),
    reason: z.exactOptional(reasonText),
  }),
  z.object({ kind: z.literal('commit'), ...transaction }),
  z.object({ kind: z.literal('rollback'), ...transaction }),
  z.object({ kind: z.literal('acknowledge'), ...transaction }),
  z.object({ kind: z.literal('inquire'), ...transaction }),
  z.object({ kind: z.literal('consult'), ...transaction, subject: id }),
  z.object({ kind: z.literal('consulted'), ...transaction, committed: z.boolean() }),
]);

export function commitMessage(kind: CommitKind): Parsed<LinkMessage> {
  const message = check(commitSchema, fieldsOf(kind), kind.$case);
  return message.ok ? { ok: true, value: { kind: 'commit', message: message.value } } : message;
}

function fieldsOf(kind: CommitKind): unknown {
  if (kind.$case !== 'vote') return { ...kind.value, kind: kind.$case };
  const { transaction, ready, reason } = kind.value;
  const vote = ready ? 'ready' : 'abort';
  return { kind: 'vote', transaction, vote, ...(reason === '' ? {} : { reason }) };
}
