/** Asks one node for digests of what it holds of rooms. */
import { BothyError, errorCodes, type RoomId } from '@bothy/wire';
import { checkRoomDigest, type RoomDigestAnswer } from '@bothy/wire/schemas';
import { unreachable } from '../node-unreachable.ts';
import type { KeySignIn } from '../rooms-sign-in.ts';

export interface DigestQuestion {
  readonly from: number;
  readonly to: number;
  readonly level: number;
}

export interface AskDigest {
  /** Undefined: this node holds nothing of that room, or does not show it to who asks. Throws a `BothyError`. */
  (room: RoomId, question?: DigestQuestion): Promise<RoomDigestAnswer | undefined>;
  /** Whether it shows private rooms of others to who asks, as far as is known by the last answer. @default it does */
  readonly seesAll?: () => boolean;
}

const timeoutMs = 30_000;

/** Signs in at first, and again when the node does not take its token any more. */
export function digestsAt(url: string, signIn: KeySignIn | undefined): AskDigest {
  let token: string | undefined;
  const askWithToken: AskDigest = async (room, question) => {
    const known = token;
    if (signIn !== undefined) token ??= await signIn.token({ url });
    try {
      return await ask(url, token, room, question);
    } catch (thrown) {
      const hasExpired = thrown instanceof BothyError && thrown.code === 'unauthorized';
      if (!hasExpired || known === undefined || signIn === undefined) throw thrown;
    }
    token = await signIn.token({ url });
    return await ask(url, token, room, question);
  };
  return Object.assign(askWithToken, { seesAll: () => token !== undefined && isOperators(token) });
}

/** What the node itself says in a token of its own: nothing rests on it but a sentence. */
function isOperators(token: string): boolean {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return (claims as { readonly role?: unknown } | null)?.role === 'operator';
  } catch {
    return false;
  }
}

async function ask(
  url: string,
  token: string | undefined,
  room: RoomId,
  question: DigestQuestion | undefined,
): Promise<RoomDigestAnswer | undefined> {
  const address = new URL(`/api/v1/rooms/${room}/digest`, url);
  for (const [name, value] of Object.entries(question ?? {})) address.searchParams.set(name, String(value));
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let answer: Response;
  try {
    answer = await fetch(address, { headers, signal: AbortSignal.timeout(timeoutMs) });
  } catch (thrown) {
    throw unreachable(url, thrown);
  }
  const json: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) {
    const { code, message } = (json ?? {}) as { readonly code?: unknown; readonly message?: unknown };
    if (code === 'room_not_found') return undefined;
    const known = errorCodes.find((each) => each === code);
    const sentence = known === undefined ? `${url} does not know this question.` : String(message);
    throw new BothyError(known ?? 'bad_request', sentence);
  }
  const digest = checkRoomDigest(json);
  if (digest.ok && digest.value.room === room) return digest.value;
  throw new BothyError('bad_request', `${url} answers, but not with the digests of a room.`);
}
