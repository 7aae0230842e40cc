/** An edge as an operator runs it: `bothy edge` in a process of its own, which can be killed and started again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BothyProcess } from './bothy-process.ts';

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
  readonly #process: BothyProcess;

  constructor(setup: EdgeSetup) {
    this.setup = setup;
    this.#process = new BothyProcess(setup.id);
  }

  get id(): string {
    return this.setup.id;
  }

  /** Resolves when it says that it has started. Rejects with what it printed when it ends instead. */
  async start(): Promise<void> {
    const { id, broker, data, settings = quickSensor, flags = [], environment = {} } = this.setup;
    mkdirSync(data, { recursive: true });
    const config = join(data, 'edge.yaml');
    writeFileSync(config, `id: ${id}\nbroker: ${broker}\n${settings}`);
    await this.#process.start({
      args: ['edge', '--config', config, '--data', data, ...flags],
      readyText: 'edge started',
      environment,
    });
  }

  /** Ends it at once, as a power cut does; or asks it to stop. Resolves when it has ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    await this.#process.end(signal);
  }
}
