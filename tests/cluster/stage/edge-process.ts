/** An edge as an operator runs it: `bothy edge` in a process of its own, which can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const program = join(repository, 'apps', 'cli', 'src', 'main.ts');

/** Should the tests themselves be ended, nothing of them goes on. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface EdgeSetup {
  readonly id: string;
  /** Where it publishes. */
  readonly broker: string;
  /** Data folder; its configuration is there too. */
  readonly data: string;
  /** YAML after id and broker. @default a sensor that is read ten times a second */
  readonly settings?: string;
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const quickSensor = `sensors:
  - name: temperature
    kind: simulated
    interval: 100ms
`;

export class EdgeProcess {
  readonly setup: EdgeSetup;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(setup: EdgeSetup) {
    this.setup = setup;
  }

  get id(): string {
    return this.setup.id;
  }

  get output(): string {
    return this.#output;
  }

  /** Resolves when it says that it has started. Rejects with what it printed when it ends instead. */
  async start(): Promise<void> {
    const { id, broker, data, settings = quickSensor, flags = [], environment = {} } = this.setup;
    mkdirSync(data, { recursive: true });
    const config = join(data, 'edge.yaml');
    writeFileSync(config, `id: ${id}\nbroker: ${broker}\n${settings}`);
    const args = [program, 'edge', '--config', config, '--data', data, ...flags];
    const child = spawn(process.execPath, args, {
      cwd: repository,
      env: { ...process.env, ...environment },
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
        if (said.includes('edge started')) resolve();
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
}
