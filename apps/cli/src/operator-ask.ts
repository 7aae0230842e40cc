/** What an operator asks of a node by REST, signed in with a key file; what it answers is parsed here, once. */
import { BothyError, errorCodes } from '@bothy/wire';
import * as z from 'zod/mini';
import { unreachable } from './node-unreachable.ts';
import { askPassphrase } from './passphrase.ts';

const stepShape = z.object({ name: z.string(), state: z.enum(['done', 'underWay', 'waiting']) });

export const removalShape = z.object({
  id: z.string(),
  name: z.string(),
  by: z.string(),
  state: z.enum(['running', 'compensating', 'completed', 'compensated']),
  steps: z.array(stepShape),
  trouble: z.exactOptional(z.string()),
  reason: z.exactOptional(z.string()),
});
export const removalsShape = z.object({ removals: z.array(removalShape) });

/** Whose key is kept out; `at` in Unix milliseconds. */
export const keptOutShape = z.object({
  person: z.string(),
  name: z.string(),
  by: z.string(),
  at: z.number(),
});
export const allKeptOutShape = z.object({
  keptOut: z.array(keptOutShape),
  stale: z.exactOptional(z.literal(true)),
});

/** A removal, as far as it is shown. */
export type ShownRemoval = z.infer<typeof removalShape>;
export type ShownKeptOut = z.infer<typeof keptOutShape>;
export type KeptOutAnswer = z.infer<typeof allKeptOutShape>;

const refusal = z.object({ code: z.enum(errorCodes), message: z.string() });

export type Ask = <Answer>(
  shape: z.ZodMiniType<Answer>,
  method: 'GET' | 'DELETE',
  path: string,
) => Promise<Answer>;

/** Signs in. What it returns throws what the node refuses with, `node_unreachable`, or `bad_request` for what is no node. */
export async function operatorAsk(node: string, key: string): Promise<Ask> {
  if (!URL.canParse(node) || !/^https?:$/.test(new URL(node).protocol))
    throw new BothyError('bad_request', `${node} is no address of a node. Write http://host:port.`);
  const { keySignIn } = await import('./rooms-sign-in.ts');
  const signIn = await keySignIn(key, askPassphrase);
  const token = await signIn.token({ url: node });
  return async (shape, method, path) => {
    const request = { method, headers: { authorization: `Bearer ${token}` } };
    const url = new URL(`/api/v1/${path}`, node);
    const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(30_000) }).catch((thrown) => {
      throw unreachable(node, thrown);
    });
    const json: unknown = await answer.json().catch(() => undefined);
    const said = shape.safeParse(json);
    if (answer.ok && said.success) return said.data;
    const refused = refusal.safeParse(json);
    if (!answer.ok && refused.success) throw new BothyError(refused.data.code, refused.data.message);
    throw new BothyError('bad_request', `${node} answers, but not as a node of this version of Bothy.`);
  };
}
