/** How long nobody can take a name after the leader of the directory is lost: three nodes, each a process. */
import { join } from 'node:path';
import { createIdentity, makeProof } from '@bothy/identity';
import { httpRequest, temporaryFolder } from '@bothy/testkit';
import { freePorts } from '../../../tests/cluster/stage/cluster-stage.ts';
import { NodeProcess } from '../../../tests/cluster/stage/node-process.ts';

/** `killed`: its connections break, and it starts again. `silent`: it stands still, as behind a pulled cable, and goes on later. */
export type Loss = 'killed' | 'silent';

interface Directory {
  readonly state: string;
  readonly leader: string | null;
  readonly voters: readonly string[];
}

const patienceMs = 60_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class ThreeNodes {
  readonly #nodes: readonly NodeProcess[];
  readonly #folder: ReturnType<typeof temporaryFolder>;
  #count = 0;

  private constructor(nodes: readonly NodeProcess[], folder: ReturnType<typeof temporaryFolder>) {
    this.#nodes = nodes;
    this.#folder = folder;
  }

  static async start(): Promise<ThreeNodes> {
    const folder = temporaryFolder();
    const ports = await freePorts(9);
    const port = (at: number): number => ports[at] ?? 0;
    const nodes = [0, 1, 2].map(
      (at) =>
        new NodeProcess({
          id: `n${at + 1}`,
          clusterPort: port(3 * at),
          httpPort: port(3 * at + 1),
          mqttPort: port(3 * at + 2),
          data: join(folder.path, `n${at + 1}`),
          join: [0, 1, 2].filter((other) => other !== at).map((other) => port(3 * other)),
          routes: new Map(),
          flags: [],
          clockMs: 0,
        }),
    );
    await Promise.all(nodes.map((node) => node.start()));
    return new ThreeNodes(nodes, folder);
  }

  /** From the loss of the leader until another node has acknowledged a claim that was given to it at that moment. */
  async failOver(loss: Loss): Promise<number> {
    const leader = await this.#agreed();
    const others = this.#nodes.filter((node) => node !== leader);
    this.#count += 1;
    const asked = others[this.#count % 2];
    if (asked === undefined) throw new Error('there is no other node');
    const body = { proof: await proofFor(asked, `name-${this.#count}`) };
    if (loss === 'silent') leader.pause();
    else process.kill(leader.pid, 'SIGKILL');
    const begunMs = performance.now();
    const { status, text } = await httpRequest(`${asked.webUrl}/api/v1/session`, { method: 'POST', body });
    const tookMs = performance.now() - begunMs;
    if (status !== 200) throw new Error(`a claim was answered ${status} ${text} after ${tookMs} ms`);
    if (loss === 'silent') leader.resume();
    else {
      await leader.end();
      await leader.start();
    }
    return tookMs;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.end()));
    this.#folder.remove();
  }

  /** Who leads, once all three count and know it. */
  async #agreed(): Promise<NodeProcess> {
    const endMs = performance.now() + patienceMs;
    while (performance.now() < endMs) {
      const all = await Promise.all(this.#nodes.map(directoryOf));
      const leader = all[0]?.leader;
      const isOne = all.every(
        (each) => each?.state === 'ready' && each.leader === leader && each.voters.length === 3,
      );
      const found = this.#nodes.find(({ id }) => id === leader);
      if (isOne && found !== undefined) return found;
      await pause(50);
    }
    throw new Error('the nodes do not agree who leads');
  }
}

async function directoryOf(node: NodeProcess): Promise<Directory | undefined> {
  try {
    return (await node.get<{ readonly directory: Directory }>('/api/v1/cluster')).directory;
  } catch {
    return undefined;
  }
}

/** What is made ahead, so that one request is all that is measured. */
async function proofFor(node: NodeProcess, name: string): Promise<string> {
  const identity = await createIdentity({ name, issuedAt: Date.now() });
  const challenge = await httpRequest(`${node.webUrl}/api/v1/session/challenge`, { method: 'POST' });
  const { nonce } = JSON.parse(challenge.text) as { nonce: string };
  return await makeProof({ identity, audience: new URL(node.webUrl).host, now: Date.now(), nonce });
}
