/** Who speaks, over REST and over `/ws`: whom a token names, or a guest where guests are let in (design, section 5). */
import type { IncomingHttpHeaders } from 'node:http';
import { wasForwarded } from '@bothy/broker';
import { type TokenSubject, verifyToken } from '@bothy/identity/tokens';
import type { SignIn, SignInAttempt } from '@bothy/rooms/drivers/websocket';
import type { NodeId, RoomActor } from '@bothy/wire';
import type { FastifyRequest } from 'fastify';
import { type BearerOptions, bearerOf, keptOutSentence } from '../bearer-token.ts';

export interface GuestRules {
  /** Whether everything is bound to this machine. */
  readonly onlyLocal: () => boolean;
  /** Whether guests of other machines are let in. */
  readonly allowGuests: boolean;
}

export function guestsMay({ onlyLocal, allowGuests }: GuestRules, headers: IncomingHttpHeaders): boolean {
  return allowGuests || (onlyLocal() && !wasForwarded(headers));
}

export function actorOf({ person, name, role }: TokenSubject): RoomActor {
  return { person, name, verified: true, operator: role === 'operator' };
}

export interface AccessOptions extends BearerOptions {
  readonly node: NodeId;
  readonly guests: GuestRules;
}

/** Who reads. A guest without a name has an empty person: nobody, who is a member of nothing. */
export async function readerOf(
  request: FastifyRequest,
  options: AccessOptions,
): Promise<{ readonly actor: RoomActor; readonly guest: boolean }> {
  const named = request.headers.authorization !== undefined;
  if (named || !guestsMay(options.guests, request.headers)) {
    return { actor: actorOf(await bearerOf(request, options)), guest: false };
  }
  const actor = { person: '', name: 'guest', verified: false, operator: false };
  return { actor, guest: true };
}

export interface RoomSignInOptions extends AccessOptions {
  /** Whether an address may try to sign in now; guests are not asked. */
  readonly mayTry: (address: string) => boolean;
}

/** For `session.open`. */
export function roomSignIn(options: RoomSignInOptions): (attempt: SignInAttempt) => Promise<SignIn> {
  const { names, guests, tokens, wallMs, mayTry } = options;
  return async ({ token, name, request }) => {
    if (token === undefined) return await guest(name, request.headers);
    if (!mayTry(request.socket.remoteAddress ?? '')) {
      return refuse('rate_limited', 'Too many sign-ins from this address. Wait a few seconds.');
    }
    const verified = await verifyToken(tokens, token, wallMs());
    if (!verified.ok) return refuse('unauthorized', 'The token is not valid any more. Sign in again.');
    const { subject } = verified;
    if (options.isKeptOut(subject.person)) return refuse('person_removed', keptOutSentence);
    if ((await names.lookup(subject.name)) !== subject.person) {
      return refuse('unauthorized', 'The name was released since. Sign in again.');
    }
    return { ok: true, actor: actorOf(subject) };
  };

  async function guest(name: string | undefined, headers: IncomingHttpHeaders): Promise<SignIn> {
    if (!guestsMay(guests, headers)) {
      return refuse('unauthorized', 'This node takes no guests: sign in, and open the session with a token.');
    }
    if (name === undefined) {
      return refuse('bad_request', 'A session is opened with a token, or as a guest with a name.');
    }
    if ((await names.lookup(name)) !== undefined) {
      return refuse('name_taken', `The name ${name} belongs to somebody. Sign in, or choose another.`);
    }
    return { ok: true, actor: { person: `guest:${name}`, name, verified: false, operator: false } };
  }
}

function refuse(
  code: 'unauthorized' | 'person_removed' | 'rate_limited' | 'bad_request' | 'name_taken',
  message: string,
): SignIn {
  return { ok: false, code, message };
}
