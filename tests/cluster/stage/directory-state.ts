/** What nodes say of the replicated directory. */
import { eventually } from './cluster-stage.ts';
import type { NodeProcess } from './node-process.ts';

interface DirectoryState {
  readonly state: string;
  readonly leader: string | null;
  readonly voters: readonly string[];
  readonly learners: readonly string[];
  readonly warning: string;
  readonly survives: number;
}

/** Undefined while the node does not answer. */
export async function directoryOf(node: NodeProcess): Promise<DirectoryState | undefined> {
  try {
    return (await node.get<{ directory: DirectoryState }>('/api/v1/cluster')).directory;
  } catch {
    return undefined;
  }
}

/**
 * Until these nodes know one leader, which is among them and, if asked for, that one; by default all of them are voters.
 * The id of the leader.
 */
export async function agreeWhoLeads(
  nodes: readonly NodeProcess[],
  wanted: { readonly leader?: string; readonly voters?: number } = {},
): Promise<string> {
  const count = wanted.voters ?? nodes.length;
  let leader = '';
  await eventually(
    async () => {
      const all = await Promise.all(nodes.map(directoryOf));
      leader = all[0]?.leader ?? '';
      return (
        nodes.some(({ id }) => id === leader) &&
        leader === (wanted.leader ?? leader) &&
        all.every((each) => each?.state === 'ready' && each.leader === leader && each.voters.length === count)
      );
    },
    `${nodes.map(({ id }) => id).join()} agree who leads${wanted.leader === undefined ? '' : `: ${wanted.leader}`}`,
  );
  return leader;
}
