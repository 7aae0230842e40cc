/** A node as an operator runs it: the command line in a process of its own, which can be killed, stopped and continued. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { httpRequest } from '@bothy/testkit';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const preload = new URL('./node-preload.ts', import.meta.url).href;
const program = join(repository, 'apps', 'cli', 'src', 'main.ts');

/** Should the tests themselves be ended, nothing of them goes on. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface NodeSetup {
  readonly id: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly clusterPort: number;
  /** Data folder. */
  readonly data: string;
  readonly join: readonly number[];
  /** Cluster ports of others, and the ports to reach them by. */
  readonly routes: ReadonlyMap<number, number>;
  readonly flags: readonly string[];
  /** How far its clock is off. */
  readonly clockMs: number;
}

/** What `GET /api/v1/cluster` says, as far as tests look. */
export interface ClusterAnswer {
  readonly nodes: readonly { readonly id: string; readonly health: string }[];
  readonly rooms: readonly { readonly id: string; readonly name: string; readonly administrator: string }[];
  readonly deletions: readonly { readonly room: string; readonly outcome: string }[];
}

export class NodeProcess {
  readonly setup: NodeSetup;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(setup: NodeSetup) {
    this.setup = setup;
  }

  get id(): string {
    return this.setup.id;
  }

  get webUrl(): string {
    return `http://127.0.0.1:${this.setup.httpPort}`;
  }

  get socketUrl(): string {
    return `ws://127.0.0.1:${this.setup.httpPort}/ws`;
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.setup.mqttPort}`;
  }

  get clusterAddress(): string {
    return `127.0.0.1:${this.setup.clusterPort}`;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.id} does not run`);
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** What it printed, over all its starts. */
  get output(): string {
    return this.#output;
  }

  /** Rejects with what it printed when it ends instead. */
  async start(setup: Partial<NodeSetup> = {}): Promise<void> {
    const {
      id,
      httpPort,
      mqttPort,
      clusterPort,
      data,
      join: known,
      routes,
      flags,
      clockMs,
    } = Object.assign(this.setup, setup);
    const ports = ['--http', httpPort, '--mqtt', mqttPort, '--cluster', clusterPort].map(String);
    const joined = known.length === 0 ? [] : ['--join', known.join(',')];
    const args = ['--import', preload, program, 'node', '--id', id, '--data', data];
    const child = spawn(process.execPath, [...args, ...ports, ...joined, ...flags], {
      cwd: repository,
      env: {
        ...process.env,
        BOTHY_TEST_ROUTES: JSON.stringify(Object.fromEntries(routes)),
        BOTHY_TEST_CLOCK_MS: String(clockMs),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const hear = (bytes: Buffer): void => {
        said += bytes;
        this.#output += bytes;
        if (said.includes('Bothy runs as node')) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('close', () => {
        if (this.#child === child) this.#child = undefined;
        reject(new Error(`${id} has ended: ${said}`));
      });
    });
  }

  /** Ends it at once, as a power cut does; or asks it to stop. Resolves when it has ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await ended;
    this.#child = undefined;
  }

  /** It stands still, and its connections stay open. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  async get<Answer>(path: string): Promise<Answer> {
    return JSON.parse((await httpRequest(`${this.webUrl}${path}`)).text) as Answer;
  }

  async cluster(): Promise<ClusterAnswer> {
    return await this.get<ClusterAnswer>('/api/v1/cluster');
  }

  /** `n1 up, n2 down`: how well it hears the others. */
  async hears(): Promise<string> {
    const { nodes } = await this.cluster();
    return nodes
      .filter(({ id }) => id !== this.id)
      .map(({ id, health }) => `${id} ${health}`)
      .sort()
      .join(', ');
  }
}
