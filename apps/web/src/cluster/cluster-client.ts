/** What the cluster view asks of the node that this tab talks with. */
import { BothyError } from '@bothy/wire';
import { type ClusterStatusAnswer, checkClusterStatus } from '@bothy/wire/schemas';
import { ask } from '../node/node-client.ts';

export type ClusterNode = ClusterStatusAnswer['nodes'][number];
export type ClusterDeletion = ClusterStatusAnswer['deletions'][number];
export type ClusterRoom = ClusterStatusAnswer['rooms'][number];

export interface ClusterAccess {
  readonly base: () => string;
  readonly token: (again?: boolean) => Promise<string>;
}

/** Rejects with `broker_unreachable` when no node answers. */
export async function readCluster(access: ClusterAccess): Promise<ClusterStatusAnswer> {
  const checked = checkClusterStatus(await askWithToken(access, 'cluster', 'GET'));
  if (checked.ok) return checked.value;
  throw new BothyError(
    'internal',
    'The node answered in a form that this app does not know. Reload the page.',
  );
}

/** For its operator: a node that will not come back. */
export async function forgetNode(access: ClusterAccess, node: string): Promise<void> {
  await askWithToken(access, `cluster/nodes/${encodeURIComponent(node)}`, 'DELETE');
}

async function askWithToken(access: ClusterAccess, path: string, method: string): Promise<unknown> {
  const once = async (again: boolean) => {
    const authorization = `Bearer ${await access.token(again)}`;
    return await ask(path, { method, headers: { authorization } }, access.base());
  };
  try {
    return await once(false);
  } catch (thrown) {
    if (BothyError.from(thrown).code !== 'unauthorized') throw thrown;
    return await once(true);
  }
}
