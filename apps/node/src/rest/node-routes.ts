/** The REST routes of the node itself: what it is, names, signing in, and what its operator may. */
import { namePattern, personIdPattern } from '@bothy/wire';
import * as z from 'zod/mini';
import { invitationRequest, listQuery } from '../operator-api.ts';
import { sessionRequest } from '../session-api.ts';
import type { RestRoute } from './rest-route.ts';

const name = z.string().check(z.regex(namePattern));
const person = z.string().check(z.regex(personIdPattern));
const ofName = z.object({ name });
const nameAnswer = z.object({ name, person });
const millis = z.int().check(z.gte(0));
const role = z.exactOptional(z.literal('operator'));

export const nodeRoutes = {
  node: {
    method: 'GET',
    path: '/api/v1/node',
    summary: 'What this node is.',
    access: 'anyone',
    answer: z.object({
      id: z.string(),
      version: z.string(),
      registration: z.enum(['open', 'invite', 'closed']),
      mqttPath: z.string(),
      audiences: z.array(z.string()),
    }),
  },
  lookup: {
    method: 'GET',
    path: '/api/v1/names/:name',
    summary: 'Whose a name is.',
    access: 'anyone',
    params: ofName,
    answer: z.extend(nameAnswer, {
      conflict: z.exactOptional(z.array(person)),
      stale: z.exactOptional(z.literal(true)),
    }),
  },
  challenge: {
    method: 'POST',
    path: '/api/v1/session/challenge',
    summary: 'A nonce for a proof, good once and for two minutes.',
    access: 'anyone',
    answer: z.object({ nonce: z.string() }),
  },
  session: {
    method: 'POST',
    path: '/api/v1/session',
    summary: 'Signs in with a proof; the answer has a token for 15 minutes.',
    access: 'anyone',
    body: sessionRequest,
    answer: z.object({ token: z.string(), expiresAt: millis, name: z.enum(['bound', 'provisional']), role }),
  },
  names: {
    method: 'GET',
    path: '/api/v1/names',
    summary: 'Who has which name, 500 at a time.',
    access: 'operator',
    query: listQuery,
    answer: z.object({
      names: z.array(z.object({ name, person, claimedAt: millis, operator: z.boolean() })),
      complete: z.boolean(),
    }),
  },
  release: {
    method: 'DELETE',
    path: '/api/v1/names/:name',
    summary: 'Releases a name and signs its person off.',
    access: 'operator',
    params: ofName,
    answer: nameAnswer,
  },
  invite: {
    method: 'POST',
    path: '/api/v1/invitations',
    summary: 'Makes a link that lets new people in; it is told once.',
    access: 'operator',
    body: invitationRequest,
    answer: z.object({ code: z.string(), link: z.string(), uses: millis, expiresAt: millis }),
  },
} as const satisfies Readonly<Record<string, RestRoute>>;
