/** Who a REST request speaks for, by the token that it carries: `Authorization: Bearer …` (RFC 6750). */
import { type TokenIssuer, type TokenSubject, verifyToken } from '@bothy/identity/tokens';
import { BothyError, type Name, type PersonId } from '@bothy/wire';
import type { FastifyRequest } from 'fastify';

export interface BearerOptions {
  readonly tokens: TokenIssuer;
  readonly names: { lookup(name: Name): Promise<PersonId | undefined> };
  /** Whether this person's key is kept out of all nodes. */
  readonly isKeptOut: (person: PersonId) => boolean;
  readonly wallMs: () => number;
}

/** To whom has just proven who they are: nobody else learns by it who was removed. */
export const keptOutSentence =
  'An operator has removed you from this node and those that it works with. Ask who runs them, who can let you in again.';

/** Throws `unauthorized` when there is no token, or it holds no longer; `person_removed` when its person is kept out. */
export async function bearerOf(request: FastifyRequest, options: BearerOptions): Promise<TokenSubject> {
  const token = /^Bearer (\S{1,2048})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new BothyError('unauthorized', 'Sign in first: this needs a token.');
  const verified = await verifyToken(options.tokens, token, options.wallMs());
  if (!verified.ok) throw new BothyError('unauthorized', 'The token is not valid any more. Sign in again.');
  const { subject } = verified;
  if (options.isKeptOut(subject.person)) throw new BothyError('person_removed', keptOutSentence);
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
