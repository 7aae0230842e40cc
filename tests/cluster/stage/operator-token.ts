/** The first who signs in at a fresh node operates it. */
import { createIdentity, makeProof } from '@bothy/identity';
import { httpRequest } from '@bothy/testkit';
import type { NodeProcess } from './node-process.ts';

export async function operatorToken(node: Pick<NodeProcess, 'webUrl'>): Promise<string> {
  const identity = await createIdentity({ name: 'ranger', issuedAt: Date.now() });
  const post = async (path: string, body?: unknown): Promise<Record<string, string>> =>
    JSON.parse((await httpRequest(`${node.webUrl}${path}`, { method: 'POST', body })).text);
  const { nonce = '' } = await post('/api/v1/session/challenge');
  const audience = new URL(node.webUrl).host;
  const proof = await makeProof({ identity, audience, now: Date.now(), nonce });
  const { token = '', role } = await post('/api/v1/session', { proof });
  if (role !== 'operator') throw new Error('the first who signs in is no operator');
  return token;
}
