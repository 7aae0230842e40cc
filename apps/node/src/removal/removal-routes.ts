/** The REST routes by which operators remove persons. */
import { namePattern, personIdPattern } from '@bothy/wire';
import * as z from 'zod/mini';
import type { RestRoute } from '../rest/rest-route.ts';

const name = z.string().check(z.regex(namePattern));
const person = z.string().check(z.regex(personIdPattern));
const removalId = z.string().check(z.regex(/^[a-z2-7]{20}$/));

export const removalAnswer = z.object({
  id: removalId,
  name,
  person,
  /** Who wanted it. */
  by: name,
  begunAt: z.int().check(z.gte(0)),
  /** Their key is not kept out. */
  mayReturn: z.boolean(),
  state: z.enum(['running', 'compensating', 'completed', 'compensated']),
  steps: z.array(z.object({ name: z.string(), state: z.enum(['done', 'underWay', 'waiting']) })),
  /** What the last attempt said, where it has to be tried again. */
  trouble: z.exactOptional(z.string()),
  /** Why it was taken back. */
  reason: z.exactOptional(z.string()),
});
export type RemovalAnswer = z.infer<typeof removalAnswer>;

export const keptOutAnswer = z.object({
  person,
  /** What they were called. */
  name,
  by: name,
  /** Unix milliseconds, by the clock of the operator's node. */
  at: z.int().check(z.gte(0)),
});
export type KeptOutAnswer = z.infer<typeof keptOutAnswer>;

export const removalRoutes = {
  remove: {
    method: 'DELETE',
    path: '/api/v1/persons/:name',
    summary:
      'Removes a person: key, name, sessions, rooms, mailbox, on all nodes. It goes on by itself until all is done.',
    access: 'operator',
    params: z.object({ name }),
    /** `mayReturn=true`: their key is not kept out. */
    query: z.object({ mayReturn: z.optional(z.enum(['true', 'false'])) }),
    answer: removalAnswer,
  },
  list: {
    method: 'GET',
    path: '/api/v1/removals',
    summary: 'Persons that are being removed, and the last that were, the newest first.',
    access: 'operator',
    answer: z.object({ removals: z.array(removalAnswer) }),
  },
  cancel: {
    method: 'DELETE',
    path: '/api/v1/removals/:removal',
    summary: 'Takes a removal back, as long as the mailbox is not being cleared.',
    access: 'operator',
    params: z.object({ removal: removalId }),
    answer: removalAnswer,
  },
  keptOut: {
    method: 'GET',
    path: '/api/v1/kept-out',
    summary: 'Persons whose keys are kept out of all nodes, the last first.',
    access: 'operator',
    answer: z.object({ keptOut: z.array(keptOutAnswer), stale: z.exactOptional(z.literal(true)) }),
  },
  letIn: {
    method: 'DELETE',
    path: '/api/v1/kept-out/:person',
    summary: 'Lets a person in again who was removed: they may sign in as if they were new.',
    access: 'operator',
    params: z.object({ person }),
    answer: keptOutAnswer,
  },
} as const satisfies Readonly<Record<string, RestRoute>>;
