/** `/api/v1`, for operators alone: who has which name here, and letting people in (design, section 5). */
import type { SqliteNameDirectory } from '@bothy/store';
import { BothyError, type Name, namePattern, type PersonId } from '@bothy/wire';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { type BearerOptions, operatorOf } from './bearer-token.ts';
import { mostDays, mostUses, newInvitation } from './make-invitation.ts';

export interface OperatorApiOptions extends BearerOptions {
  readonly names: SqliteNameDirectory;
  /** Frees a name, on all nodes. False when it was free. */
  readonly release: (name: Name) => Promise<boolean>;
  /** The link that a code goes into, under the address at which others reach this node. */
  readonly invitationLink: (code: string) => string;
  /** A name was released: who had it is to sign in anew. */
  readonly released: (name: Name, person: PersonId, by: Name) => void;
}

/** Names of one answer: some 50 KB. */
const pageNames = 500;

export const listQuery = z.object({ after: z.optional(z.string().check(z.maxLength(64))) });
export const invitationRequest = z.object({
  uses: z.int().check(z.gte(1), z.lte(mostUses)),
  days: z.int().check(z.gte(1), z.lte(mostDays)),
});

export function operatorApi(options: OperatorApiOptions): (server: FastifyInstance) => void {
  const { names } = options;
  return (server) => {
    server.get('/api/v1/names', async (request) => {
      await operatorOf(request, options);
      const query = listQuery.safeParse(request.query);
      if (!query.success) throw new BothyError('bad_request', 'Names are listed from ?after=<name> on.');
      const found = await names.list({ after: query.data.after, limit: pageNames + 1 });
      return { names: found.slice(0, pageNames), complete: found.length <= pageNames };
    });

    server.delete<{ Params: { name: string } }>('/api/v1/names/:name', async (request) => {
      const operator = await operatorOf(request, options);
      const { name } = request.params;
      if (!namePattern.test(name)) throw new BothyError('name_invalid', 'That is not a well-formed name.');
      if (name === operator.name) {
        // Where the registration is closed there would be no way back in.
        throw new BothyError('forbidden', 'This is your own name: another operator can release it.');
      }
      const person = await names.lookup(name);
      if (person === undefined || !(await options.release(name))) {
        throw new BothyError('not_found', `Nobody goes by the name ${name} here.`);
      }
      options.released(name, person, operator.name);
      return { name, person };
    });

    server.post('/api/v1/invitations', async (request) => {
      await operatorOf(request, options);
      const wanted = invitationRequest.safeParse(request.body);
      if (!wanted.success) {
        const ranges = `uses from 1 to ${mostUses} and days from 1 to ${mostDays}`;
        throw new BothyError('bad_request', `An invitation is made with {"uses", "days"}: ${ranges}.`);
      }
      const { code, expiresAt } = await newInvitation(names, wanted.data, options.wallMs());
      return { code, link: options.invitationLink(code), uses: wanted.data.uses, expiresAt };
    });
  };
}
