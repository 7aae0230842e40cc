/** How long nobody can take a name after the leader of the directory is lost: three nodes, each a process. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createIdentity, makeProof } from '@bothy/identity';
import { httpRequest, temporaryFolder } from '@bothy/testkit';
import { serverFlags, serverVariables } from '@bothy/tools/server-start';
import { freePort, type ServerProcess, startServer } from '../rooms/server-process.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const cli = join(repository, 'apps', 'cli', 'src', 'main.ts');

/** `killed`: its connections break, and it starts again. `silent`: it stands still, as behind a pulled cable, and goes on later. */
export type Loss = 'killed' | 'silent';

interface Directory {
  readonly state: string;
  readonly leader: string | null;
  readonly voters: readonly string[];
}

const patienceMs = 60_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A node as the launcher starts it, which can be lost and started again with what it has on its disk. */
class BenchNode {
  readonly id: string;
  readonly #clusterPort: number;
  readonly #httpPort: number;
  readonly #folder: string;
  #process: ServerProcess | undefined;

  constructor(id: string, clusterPort: number, httpPort: number, folder: string) {
    this.id = id;
    this.#clusterPort = clusterPort;
    this.#httpPort = httpPort;
    this.#folder = join(folder, id);
  }

  get webUrl(): string {
    return `http://127.0.0.1:${this.#httpPort}`;
  }

  get process(): ServerProcess {
    if (this.#process === undefined) throw new Error(`${this.id} does not run`);
    return this.#process;
  }

  async start(clusterPorts: readonly number[]): Promise<void> {
    const ports = ['--http', `${this.#httpPort}`, '--mqtt', '0', '--cluster', `${this.#clusterPort}`];
    const others = clusterPorts.filter((port) => port !== this.#clusterPort).join();
    const flags = ['--id', this.id, ...ports, '--join', others, '--data', this.#folder];
    const options = { nodeFlags: serverFlags, variables: serverVariables, readyText: 'Bothy runs as node' };
    this.#process = await startServer(this.#httpPort, [cli, 'node', ...flags], options);
  }

  async directory(): Promise<Directory | undefined> {
    try {
      const { text } = await httpRequest(`${this.webUrl}/api/v1/cluster`);
      return (JSON.parse(text) as { readonly directory?: Directory }).directory;
    } catch {
      return undefined;
    }
  }
}

export class ThreeNodes {
  readonly #nodes: readonly BenchNode[];
  readonly #clusterPorts: readonly number[];
  readonly #folder: ReturnType<typeof temporaryFolder>;
  #count = 0;

  private constructor(
    nodes: readonly BenchNode[],
    clusterPorts: readonly number[],
    folder: ReturnType<typeof temporaryFolder>,
  ) {
    this.#nodes = nodes;
    this.#clusterPorts = clusterPorts;
    this.#folder = folder;
  }

  static async start(): Promise<ThreeNodes> {
    const folder = temporaryFolder();
    const clusterPorts = [await freePort(), await freePort(), await freePort()];
    const nodes: BenchNode[] = [];
    for (const [at, port] of clusterPorts.entries())
      nodes.push(new BenchNode(`n${at + 1}`, port, await freePort(), folder.path));
    await Promise.all(nodes.map((node) => node.start(clusterPorts)));
    return new ThreeNodes(nodes, clusterPorts, folder);
  }

  /** From the loss of the leader until another node has acknowledged a claim that was given to it at that moment. */
  async failOver(loss: Loss): Promise<number> {
    const leader = await this.#agreed();
    const others = this.#nodes.filter((node) => node !== leader);
    this.#count += 1;
    const asked = others[this.#count % 2];
    if (asked === undefined) throw new Error('there is no other node');
    const body = { proof: await proofFor(asked, `name-${this.#count}`) };
    const begunMs = performance.now();
    const gone = loss === 'silent' ? leader.process.pause() : leader.process.kill();
    const { status, text } = await httpRequest(`${asked.webUrl}/api/v1/session`, { method: 'POST', body });
    const tookMs = performance.now() - begunMs;
    if (status !== 200) throw new Error(`a claim was answered ${status} ${text} after ${tookMs} ms`);
    await gone;
    if (loss === 'silent') leader.process.resume();
    else await leader.start(this.#clusterPorts);
    return tookMs;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.process.kill()));
    this.#folder.remove();
  }

  /** Who leads, once all three count and know it. */
  async #agreed(): Promise<BenchNode> {
    const endMs = performance.now() + patienceMs;
    while (performance.now() < endMs) {
      const all = await Promise.all(this.#nodes.map((node) => node.directory()));
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

/** What is made ahead, so that one request is all that is measured. */
async function proofFor(node: BenchNode, name: string): Promise<string> {
  const identity = await createIdentity({ name, issuedAt: Date.now() });
  const challenge = await httpRequest(`${node.webUrl}/api/v1/session/challenge`, { method: 'POST' });
  const { nonce } = JSON.parse(challenge.text) as { nonce: string };
  return await makeProof({ identity, audience: new URL(node.webUrl).host, now: Date.now(), nonce });
}
