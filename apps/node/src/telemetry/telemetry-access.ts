/** Who may do what in monitoring, over REST (design, section 5). */
import { BothyError, type Name } from '@bothy/wire';
import type { FastifyRequest } from 'fastify';
import { bearerOf, operatorOf } from '../bearer-token.ts';
import { type AccessOptions, guestsMay } from '../rest/room-access.ts';

/** An operator, or a guest of this machine: who sits before it could stop the node as well. */
export async function operatorOrGuest(request: FastifyRequest, options: AccessOptions): Promise<void> {
  const named = request.headers.authorization !== undefined;
  // `--allow-guests` lets others read; it hands nobody the controls.
  const { guests } = options;
  if (!named && guests.onlyLocal() && guestsMay({ ...guests, allowGuests: false }, request.headers)) return;
  await operatorOf(request, options);
}

/** The name under which an alarm is acknowledged: of who is signed in, or what a guest of this machine says. */
export async function personOrNamedGuest(
  request: FastifyRequest,
  by: Name | undefined,
  options: AccessOptions,
): Promise<string> {
  if (request.headers.authorization !== undefined) return (await bearerOf(request, options)).name;
  const { guests, names } = options;
  if (!guestsMay({ ...guests, allowGuests: false }, request.headers)) {
    throw new BothyError('unauthorized', 'Sign in first: others are told who did this.');
  }
  if (by === undefined) {
    throw new BothyError('bad_request', 'Say who you are: "by" is the name that others are shown.');
  }
  if ((await names.lookup(by)) === undefined) return by;
  throw new BothyError('name_taken', `The name ${by} belongs to somebody. Sign in, or choose another.`);
}
