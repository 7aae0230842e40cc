/** A node as an operator runs it: the command line in a process of its own, which can be killed, stopped and continued. */
import { httpRequest } from '@bothy/testkit';
import { BothyProcess } from './bothy-process.ts';

const preload = new URL('./node-preload.ts', import.meta.url).href;

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
  readonly directory?: { readonly voters: readonly string[] };
  readonly nodes: readonly {
    readonly id: string;
    readonly health: string;
    readonly clock?: { readonly offsetMs: number; readonly errorMs: number };
  }[];
  readonly rooms: readonly { readonly id: string; readonly name: string; readonly administrator: string }[];
  readonly deletions: readonly { readonly room: string; readonly outcome: string }[];
}

export class NodeProcess {
  readonly setup: NodeSetup;
  readonly #process: BothyProcess;

  constructor(setup: NodeSetup) {
    this.setup = setup;
    this.#process = new BothyProcess(setup.id);
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
    return this.#process.pid;
  }

  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  /** What it printed, over all its starts. */
  get output(): string {
    return this.#process.output;
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
    await this.#process.start({
      nodeArgs: ['--import', preload],
      args: ['node', '--id', id, '--data', data, ...ports, ...joined, ...flags],
      readyText: 'Bothy runs as node',
      environment: {
        BOTHY_TEST_ROUTES: JSON.stringify(Object.fromEntries(routes)),
        BOTHY_TEST_CLOCK_MS: String(clockMs),
      },
    });
  }

  /** Ends it at once, as a power cut does; or asks it to stop. Resolves when it has ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    await this.#process.end(signal);
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

  /** Messages to other nodes since it started, by kind. */
  async sentToNodes(): Promise<ReadonlyMap<string, number>> {
    const { text } = await httpRequest(`${this.webUrl}/metrics`);
    const lines = text.matchAll(/^bothy_cluster_messages_total\{kind="(\w+)"\} (\d+)$/gm);
    return new Map([...lines].map(([, kind = '', count]) => [kind, Number(count)]));
  }
}
