/** Signing in to a node as this browser's person. */
import { type LocalIdentity, makeProof } from '@bothy/identity';
import { type NodeSession, nodeAddress, openSession, requestChallenge } from './node-client.ts';

/** Rejects as `openSession` does. `invite` is the code of an invitation, for a name that is new. */
export async function signIn(identity: LocalIdentity, invite?: string): Promise<NodeSession> {
  const nonce = await requestChallenge();
  const { audience } = nodeAddress(location);
  return await openSession(await makeProof({ identity, audience, now: Date.now(), nonce }), invite);
}

/** The same at any node of the cluster, by its origin. */
export async function signInAt(identity: LocalIdentity, base: string): Promise<NodeSession> {
  const nonce = await requestChallenge(base);
  const audience = new URL(base).host;
  return await openSession(await makeProof({ identity, audience, now: Date.now(), nonce }), undefined, base);
}
