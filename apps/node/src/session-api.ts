/** `/api/v1`: what the node is, names, and signing in by challenge and response (design, section 5). */
import { Challenges, verifyProof } from '@bothy/identity';
import { issueToken, type TokenIssuer } from '@bothy/identity/tokens';
import type { InvitedClaim, SqliteNameDirectory } from '@bothy/store';
import { BothyError, namePattern } from '@bothy/wire';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod/mini';
import type { NodeConfig } from './config.ts';
import { RequestRate } from './request-rate.ts';

export interface SessionApiOptions {
  readonly id: string;
  readonly version: string;
  readonly registration: NodeConfig['registration'];
  readonly tokens: TokenIssuer;
  readonly names: SqliteNameDirectory;
  readonly audiences: () => readonly string[];
  readonly wallMs: () => number;
  readonly monoMs: () => number;
}

/** A person signs in a few times an hour; a class of forty behind one address starts within seconds. */
const signInRate = { burst: 100, perSecond: 10, maxAddresses: 10_000 };

const sessionRequest = z.object({
  proof: z.string().check(z.maxLength(8192)),
  invite: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
});

export function sessionApi(options: SessionApiOptions): (server: FastifyInstance) => void {
  const { id, version, registration, names, tokens, audiences, wallMs, monoMs } = options;
  const challenges = new Challenges();
  const rate = new RequestRate(signInRate);
  const limited = async ({ ip }: FastifyRequest): Promise<void> => {
    if (rate.allows(ip, monoMs())) return;
    throw new BothyError('rate_limited', 'Too many sign-ins from this address. Wait a few seconds.');
  };
  return (server) => {
    server.get('/api/v1/node', async () => ({
      id,
      version,
      registration,
      mqttPath: '/mqtt',
      audiences: audiences(),
    }));

    server.get<{ Params: { name: string } }>('/api/v1/names/:name', async ({ params: { name } }) => {
      if (!namePattern.test(name)) throw new BothyError('name_invalid', 'That is not a well-formed name.');
      const person = await names.lookup(name);
      if (person === undefined) throw new BothyError('not_found', `Nobody goes by the name ${name} here.`);
      return { name, person };
    });

    const signIn = { onRequest: limited };
    server.post('/api/v1/session/challenge', signIn, async () => ({ nonce: challenges.give(wallMs()) }));

    server.post('/api/v1/session', signIn, async ({ body }) => {
      const request = sessionRequest.safeParse(body);
      if (!request.success) throw new BothyError('bad_request', 'A session is opened with {"proof": "…"}.');
      const expected = { audiences: audiences(), wallMs: wallMs(), nonces: challenges };
      const proof = await verifyProof(request.data.proof, expected);
      if (!proof.ok) {
        throw new BothyError(
          'unauthorized',
          `The proof was not accepted (${proof.reason}). Ask for a new challenge.`,
        );
      }
      const { name, person, device } = proof.certificate;
      const { invite } = request.data;
      const invited = registration === 'invite' && invite !== undefined;
      const claim: InvitedClaim = invited
        ? await names.claimInvited(proof.certificate, invite)
        : await names.claim(proof.certificate);
      if (claim.kind === 'invitationRefused') {
        const why = 'This invitation is used up, has expired, or is not of this node.';
        throw new BothyError('invitation_invalid', `${why} Ask who runs the node for a new one.`);
      }
      if (claim.kind === 'closed' && registration === 'invite') {
        throw new BothyError(
          'invitation_required',
          'This node takes new names by invitation. Ask who runs it for a link.',
        );
      }
      if (claim.kind === 'taken') {
        throw new BothyError('name_taken', `The name ${name} belongs to somebody else here. Choose another.`);
      }
      if (claim.kind === 'closed') {
        throw new BothyError('registration_closed', 'This node takes no new names. Ask who runs it.');
      }
      const { token, expiresAt } = await issueToken(tokens, { name, person, device }, wallMs());
      return { token, expiresAt, name: claim.kind };
    });
  };
}
