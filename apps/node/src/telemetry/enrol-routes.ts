/** The REST routes by which edges are enrolled. */
import { enrolmentCodePattern, telemetryNamePattern } from '@bothy/wire';
import * as z from 'zod/mini';
import type { RestRoute } from '../rest/rest-route.ts';

const edge = z.string().check(z.regex(telemetryNamePattern));
const longestMinutes = 30 * 24 * 60;

export const enrolRoutes = {
  invite: {
    method: 'POST',
    path: '/api/v1/edges/invitations',
    summary: 'Makes a code with which one edge enrols, once; `edge` says which, and lets it enrol anew.',
    access: 'operator',
    body: z.object({
      edge: z.exactOptional(edge),
      /** @default 60 */
      minutes: z.exactOptional(z.int().check(z.gte(1), z.lte(longestMinutes))),
    }),
    answer: z.object({ code: z.string().check(z.regex(enrolmentCodePattern)), expiresMs: z.int() }),
  },
  enrol: {
    method: 'POST',
    path: '/api/v1/edges/enrol',
    summary: 'Enrols an edge: its secret is told once. It signs in to MQTT with its id and the secret.',
    access: 'secret',
    body: z.object({ code: z.string().check(z.maxLength(40)), edge }),
    answer: z.object({
      edge,
      secret: z.string(),
      clientId: z.string(),
      /** Where it connects, as far as this node knows. */
      mqttUrl: z.string(),
      /** The authority to trust, PEM; absent where the system's are enough, and without TLS. */
      ca: z.exactOptional(z.string()),
    }),
  },
  revoke: {
    method: 'DELETE',
    path: '/api/v1/edges/:edge/enrolment',
    summary: 'Takes the enrolment of an edge back: its secret opens nothing any more.',
    access: 'operator',
    params: z.object({ edge }),
    answer: z.object({ edge }),
  },
} as const satisfies Readonly<Record<string, RestRoute>>;
