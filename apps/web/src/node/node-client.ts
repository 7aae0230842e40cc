/** What the web app asks of the node that served it, and of others of its cluster, over REST. Answers are parsed here, once. */
import {
  BothyError,
  type ErrorCode,
  errorCodes,
  type Name,
  type PersonId,
  personIdPattern,
} from '@bothy/wire';
import * as z from 'zod/mini';

const challengeShape = z.object({ nonce: z.string().check(z.minLength(1), z.maxLength(128)) });
const personShape = z.string().check(z.regex(personIdPattern));
const nameShape = z.object({
  name: z.string(),
  person: personShape,
  conflict: z.optional(z.array(personShape).check(z.maxLength(64))),
});
const errorShape = z.object({ code: z.string(), message: z.string().check(z.maxLength(1_000)) });

const registrationShape = z.enum(['open', 'invite', 'closed']);
const nodeShape = z.object({ id: z.string().check(z.maxLength(64)), registration: registrationShape });
const sessionShape = z.object({
  token: z.string().check(z.maxLength(2_048)),
  role: z.optional(z.string().check(z.maxLength(64))),
  name: z.optional(z.enum(['bound', 'provisional'])),
});

/** Who may take a new name at the node. */
export type Registration = z.infer<typeof registrationShape>;
export type NodeSummary = z.infer<typeof nodeShape>;
/**
 * `token` is for `authorization`; `role` is `operator` for who operates the node; `name` is `provisional` where not every
 * node could be asked for it.
 */
export type NodeSession = z.infer<typeof sessionShape>;

/** Longer than any healthy node needs, shorter than anybody's patience. */
const answerTimeoutMs = 8_000;

/** Where the node is: always where this page came from. */
export interface NodeAddress {
  /** `host:port` as this browser reaches it: what proofs are made out to. */
  readonly audience: string;
  readonly brokerUrl: string;
}

export function nodeAddress(page: Pick<Location, 'protocol' | 'host'>): NodeAddress {
  const scheme = page.protocol === 'https:' ? 'wss' : 'ws';
  return { audience: page.host, brokerUrl: `${scheme}://${page.host}/mqtt` };
}

/** A nonce that the next proof must carry. Rejects with `broker_unreachable` when no node answers. */
export async function requestChallenge(base?: string): Promise<string> {
  const answer = await ask('session/challenge', { method: 'POST' }, base);
  return parsed(challengeShape, answer).nonce;
}

/** Signs in, which claims the name when it is free. Rejects with `name_taken`, `registration_closed`, … */
export async function openSession(proof: string, invite?: string, base?: string): Promise<NodeSession> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ proof, invite }),
  };
  const answer = await ask('session', request, base);
  return parsed(sessionShape, answer);
}

/** What the node says of itself. Rejects with `broker_unreachable` when no node answers. */
export async function askNode(): Promise<NodeSummary> {
  return parsed(nodeShape, await ask('node', { method: 'GET' }));
}

/** Who goes by a name, and who else was given it while nodes did not hear each other. */
export interface NameHolders {
  readonly person: PersonId;
  readonly rivals: readonly PersonId[];
}

/** Undefined when nobody goes by this name. Rejects with `broker_unreachable` when no node answers. */
export async function lookUpName(name: Name): Promise<NameHolders | undefined> {
  try {
    const answer = await ask(`names/${encodeURIComponent(name)}`, { method: 'GET' });
    const { person, conflict = [] } = parsed(nameShape, answer);
    return { person, rivals: conflict };
  } catch (thrown) {
    if (thrown instanceof BothyError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
}

/**
 * Asks below `/api/v1/`, at the node that served this page unless another one's origin is given. Rejects with the
 * node's own refusal, or `broker_unreachable`.
 */
export async function ask(
  path: string,
  request: RequestInit,
  base = '',
  timeoutMs = answerTimeoutMs,
): Promise<unknown> {
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(`${base}/api/v1/${path}`, {
      ...request,
      signal: AbortSignal.timeout(timeoutMs),
    });
    answer = await response.json();
  } catch (thrown) {
    throw new BothyError(
      'broker_unreachable',
      'The node does not answer. Check that it runs, then try again.',
      {
        cause: thrown,
      },
    );
  }
  if (response.ok) return answer;
  throw refusalOf(response.status, answer);
}

/** What a node said instead of an answer. */
export function refusalOf(status: number, answer: unknown): BothyError {
  const refusal = errorShape.safeParse(answer);
  const code = refusal.success ? errorCodes.find((known) => known === refusal.data.code) : undefined;
  if (!refusal.success || code === undefined) {
    return new BothyError(codeOf(status), `The node answered with status ${status}.`);
  }
  return new BothyError(code, refusal.data.message);
}

/** Something between us and the node may answer in its place, without a code of ours. */
function codeOf(status: number): ErrorCode {
  if (status === 404) return 'not_found';
  return status >= 500 ? 'broker_unreachable' : 'internal';
}

/** An answer that has its shape, or `internal`. */
export function parsed<T>(shape: z.ZodMiniType<T>, answer: unknown): T {
  const result = shape.safeParse(answer);
  if (result.success) return result.data;
  throw new BothyError(
    'internal',
    'The node answered in a form that this app does not know. Reload the page.',
  );
}
