/** `/api/v1/edges/…`: one-time codes, and enrolling with them (design, section 5). */
import type { SqliteEdges } from '@bothy/store';
import { BothyError, edgeClientId } from '@bothy/wire';
import type { FastifyInstance } from 'fastify';
import { type BearerOptions, operatorOf } from '../bearer-token.ts';
import { parsePart } from '../rest/rest-route.ts';
import type { EdgeEnrolments } from './edge-enrolments.ts';
import { enrolRoutes } from './enrol-routes.ts';

export interface EnrolApiOptions extends BearerOptions {
  readonly edges: SqliteEdges;
  readonly enrolments: EdgeEnrolments;
  /** Where edges connect, and the authority that they are to trust there. */
  readonly mqtt: () => { readonly url: string; readonly ca?: string | undefined };
  /** Whether this address may try a code now. */
  readonly mayTry: (address: string) => boolean;
}

export const defaultCodeMinutes = 60;

export function enrolApi(options: EnrolApiOptions): (server: FastifyInstance) => void {
  const { invite, enrol, revoke } = enrolRoutes;
  const { edges, enrolments, wallMs } = options;
  return (server) => {
    server.post(invite.path, async (request) => {
      await operatorOf(request, options);
      const { edge, minutes = defaultCodeMinutes } = parsePart(invite.body, request.body, 'body');
      const expiresMs = wallMs() + minutes * 60_000;
      return { code: await edges.invite({ edge, expiresMs }), expiresMs };
    });

    server.post(enrol.path, async (request) => {
      if (!options.mayTry(request.ip)) {
        throw new BothyError('rate_limited', 'Too many attempts from this address. Wait a few seconds.');
      }
      const { edge, code } = parsePart(enrol.body, request.body, 'body');
      const secret = await enrolments.enrol(edge, code);
      const { url, ca } = options.mqtt();
      return {
        edge,
        secret,
        clientId: edgeClientId(edge),
        mqttUrl: url,
        ...(ca === undefined ? {} : { ca }),
      };
    });

    server.delete(revoke.path, async (request) => {
      const operator = await operatorOf(request, options);
      const { edge } = parsePart(revoke.params, request.params, 'address');
      if (await enrolments.revoke(edge, operator.name)) return { edge };
      throw new BothyError('not_found', `No edge of the id ${edge} is enrolled.`);
    });
  };
}
