/** `bothy cluster forget`: parts with a node that will not come back. */
import { BothyError, errorCodes } from '@bothy/wire';
import * as z from 'zod/mini';
import { unreachable } from './node-unreachable.ts';
import type { KeySignIn } from './rooms-sign-in.ts';

export interface ForgetRequest {
  /** Any node of the cluster that still runs. */
  readonly url: string;
  readonly node: string;
  /** Also where most of the directory goes with it. */
  readonly force: boolean;
}

const refusal = z.object({ code: z.enum(errorCodes), message: z.string() });

/** Throws the refusal of the node, or `node_unreachable`. */
export async function forgetNode({ url, node, force }: ForgetRequest, signIn: KeySignIn): Promise<void> {
  const token = await signIn.token({ url });
  const target = new URL(`/api/v1/cluster/nodes/${encodeURIComponent(node)}`, url);
  if (force) target.searchParams.set('force', 'true');
  let answer: Response;
  try {
    const headers = { authorization: `Bearer ${token}` };
    answer = await fetch(target, { method: 'DELETE', headers, signal: AbortSignal.timeout(20_000) });
  } catch (thrown) {
    throw unreachable(url, thrown);
  }
  if (answer.ok) return;
  const said = refusal.safeParse(await answer.json().catch(() => undefined));
  if (said.success) throw new BothyError(said.data.code, said.data.message);
  throw new BothyError('bad_request', `${url} answers, but not as a node of Bothy with a cluster.`);
}
