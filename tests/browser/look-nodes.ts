/** Nodes of one cluster in this process, for pictures of what they show. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig, type RunningNode, startNode } from '@bothy/node';

export interface LookNodes {
  readonly nodes: readonly RunningNode[];
  readonly end: () => Promise<void>;
}

export async function startLookNodes(ids: readonly string[], webFolder: string): Promise<LookNodes> {
  const folders: string[] = [];
  const nodes: RunningNode[] = [];
  for (const id of ids) {
    const data = await mkdtemp(join(tmpdir(), 'bothy-look-'));
    folders.push(data);
    const join_ = nodes[0] === undefined ? {} : { join: nodes[0].clusterAddress };
    const config = parseConfig({ id, http: '0', mqtt: '0', cluster: '0', data, ...join_ }, {});
    nodes.push(await startNode(config, { webFolder }));
  }
  return {
    nodes,
    end: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}
