/** `/api/v1`: what the node is, names, and signing in by challenge and response (design, section 5). */
import { Challenges, claimantsOf, everyRegister, type NonceRegister, verifyProof } from '@bothy/identity';
import { issueToken, type TokenIssuer } from '@bothy/identity/tokens';
import type { InvitedClaim, SqliteNameDirectory } from '@bothy/store';
import { BothyError, type Certificate, namePattern } from '@bothy/wire';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod/mini';
import { keptOutSentence } from './bearer-token.ts';
import type { NodeConfig } from './config.ts';
import { isFromOwnMachine } from './own-machine.ts';

export interface SessionApiOptions {
  readonly id: string;
  readonly version: string;
  readonly registration: NodeConfig['registration'];
  readonly tokens: TokenIssuer;
  readonly names: SqliteNameDirectory;
  /** Claims a name, on all nodes. */
  readonly claim: (certificate: Certificate, invite?: string) => Promise<InvitedClaim>;
  /** What is known of names here may be old. */
  readonly isStale: () => boolean;
  readonly audiences: () => readonly string[];
  /** Proofs that were used, over MQTT too: none is good twice. */
  readonly nonces: NonceRegister;
  /** Whether this address may try to sign in now. */
  readonly mayTry: (address: string) => boolean;
  /** Somebody became the operator of a node that had none. */
  readonly operated: (certificate: Certificate) => void;
  readonly wallMs: () => number;
}

export const sessionRequest = z.object({
  proof: z.string().check(z.maxLength(8192)),
  invite: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
});

export function sessionApi(options: SessionApiOptions): (server: FastifyInstance) => void {
  const { id, version, registration, names, tokens, audiences, wallMs } = options;
  const challenges = new Challenges();
  const nonces = everyRegister(challenges, options.nonces);
  const limited = async ({ ip }: FastifyRequest): Promise<void> => {
    if (options.mayTry(ip)) return;
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
      const [person, ...rivals] = claimantsOf(await names.record(name));
      if (person === undefined) throw new BothyError('not_found', `Nobody goes by the name ${name} here.`);
      return {
        name,
        person,
        ...(rivals.length > 0 ? { conflict: rivals } : {}),
        ...(options.isStale() ? { stale: true } : {}),
      };
    });

    const signIn = { onRequest: limited };
    server.post('/api/v1/session/challenge', signIn, async () => ({ nonce: challenges.give(wallMs()) }));

    server.post('/api/v1/session', signIn, async (request) => {
      const body = sessionRequest.safeParse(request.body);
      if (!body.success) throw new BothyError('bad_request', 'A session is opened with {"proof": "…"}.');
      const proof = await verifyProof(body.data.proof, {
        audiences: audiences(),
        wallMs: wallMs(),
        nonces,
      });
      if (!proof.ok) {
        throw new BothyError(
          'unauthorized',
          `The proof was not accepted (${proof.reason}). Ask for a new challenge.`,
        );
      }
      const { certificate } = proof;
      const claimed = await claim(certificate, body.data.invite);
      const { name, person, device } = certificate;
      const operates = await isOperator(certificate, isFromOwnMachine(request, proof.audience));
      const role = operates ? { role: 'operator' as const } : {};
      const { token, expiresAt } = await issueToken(tokens, { name, person, device, ...role }, wallMs());
      return { token, expiresAt, name: claimed, ...role };
    });
  };

  /** Throws the refusal when the name cannot be this person's. `provisional`: of an earlier version, and not confirmed. */
  async function claim(
    certificate: Certificate,
    invite: string | undefined,
  ): Promise<'bound' | 'provisional'> {
    const invited = registration === 'invite' && invite !== undefined;
    const claimed = await options.claim(certificate, invited ? invite : undefined);
    const refusal = claimRefusal(claimed, certificate.name, registration);
    if (refusal !== undefined) throw refusal;
    return claimed.kind === 'provisional' ? 'provisional' : 'bound';
  }

  async function isOperator(certificate: Certificate, mayBeFirst: boolean): Promise<boolean> {
    if (await names.isOperator(certificate.person)) return true;
    if (!mayBeFirst || !(await names.becomeFirstOperator(certificate.person))) return false;
    options.operated(certificate);
    return true;
  }
}

function claimRefusal(
  claim: InvitedClaim,
  name: string,
  registration: NodeConfig['registration'],
): BothyError | undefined {
  switch (claim.kind) {
    case 'bound':
    case 'provisional':
      return undefined;
    case 'taken':
      return new BothyError('name_taken', `The name ${name} belongs to somebody else here. Choose another.`);
    case 'keptOut':
      return new BothyError('person_removed', keptOutSentence);
    case 'invitationRefused':
      return new BothyError(
        'invitation_invalid',
        'This invitation is used up, has expired, or is not of this node. Ask who runs the node for a new one.',
      );
    case 'closed':
      if (registration === 'invite') {
        const sentence = 'This node takes new names by invitation. Ask who runs it for a link.';
        return new BothyError('invitation_required', sentence);
      }
      return new BothyError('registration_closed', 'This node takes no new names. Ask who runs it.');
  }
}
