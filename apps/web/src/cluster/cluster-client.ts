/** What the cluster view asks of the node that this tab talks with. */
import { BothyError } from '@bothy/wire';
import { type ClusterStatusAnswer, checkClusterStatus } from '@bothy/wire/schemas';
import { askAs, type NodeAccess } from '../node/authorised-ask.ts';

export type ClusterNode = ClusterStatusAnswer['nodes'][number];
export type ClusterDeletion = ClusterStatusAnswer['deletions'][number];
export type ClusterRoom = ClusterStatusAnswer['rooms'][number];
export type ClusterAccess = NodeAccess;

/** Rejects with `broker_unreachable` when no node answers. */
export async function readCluster(access: ClusterAccess): Promise<ClusterStatusAnswer> {
  const checked = checkClusterStatus(await askAs(access, 'cluster'));
  if (checked.ok) return checked.value;
  throw new BothyError(
    'internal',
    'The node answered in a form that this app does not know. Reload the page.',
  );
}

/** For its operator: a node that will not come back. `force`: also where most of the directory is lost with it. */
export async function forgetNode(access: ClusterAccess, node: string, force: boolean): Promise<void> {
  const query = force ? '?force=true' : '';
  await askAs(access, `cluster/nodes/${encodeURIComponent(node)}${query}`, 'DELETE');
}
