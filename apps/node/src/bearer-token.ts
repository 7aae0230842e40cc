/** Who a REST request speaks for, by the token that it carries: `Authorization: Bearer …` (RFC 6750). */
import { type TokenIssuer, type TokenSubject, verifyToken } from '@bothy/identity/tokens';
import { BothyError, type Name, type PersonId } from '@bothy/wire';
import type { FastifyRequest } from 'fastify';

export interface BearerOptions {
  readonly tokens: TokenIssuer;
  readonly names: { lookup(name: Name): Promise<PersonId | undefined> };
  readonly wallMs: () => number;
}

/** Throws `unauthorized` when there is no token, or it holds no longer. */
export async function bearerOf(request: FastifyRequest, options: BearerOptions): Promise<TokenSubject> {
  const token = /^Bearer (\S{1,2048})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new BothyError('unauthorized', 'Sign in first: this needs a token.');
  const verified = await verifyToken(options.tokens, token, options.wallMs());
  if (!verified.ok) throw new BothyError('unauthorized', 'The token is not valid any more. Sign in again.');
  const { subject } = verified;
  if ((await options.names.lookup(subject.name)) !== subject.person) {
    throw new BothyError('unauthorized', 'The name was released since. Sign in again.');
  }
  return subject;
}

/** Throws `unauthorized`, or `forbidden` when somebody else than an operator asks. */
export async function operatorOf(request: FastifyRequest, options: BearerOptions): Promise<TokenSubject> {
  const subject = await bearerOf(request, options);
  if (subject.role === 'operator') return subject;
  throw new BothyError('forbidden', 'Only the operator of this node may do that.');
}
