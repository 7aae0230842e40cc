/** `bothy edge`: flags of the agent that reads sensors. */
import type { Command } from 'commander';
import { addEdgeEnrolment } from './edge-enrolment-command.ts';

/** What commander makes of the flags. */
export interface EdgeFlags {
  readonly config?: string;
  readonly id?: string;
  readonly broker?: string;
  readonly credentials?: string;
  readonly data?: string;
  readonly log?: string;
  readonly sensors?: string;
  readonly check?: true;
}

const more = `
Without --config it reads four simulated sensors, or with "--sensors host" this machine:

  NODE_ID=edge-3 BOTHY_BROKER=mqtt://hut.local:1883 bothy edge
  bothy edge --config edge.yaml --check

Variables: NODE_ID or BOTHY_EDGE_ID, BOTHY_BROKER, BOTHY_DATA, BOTHY_EDGE_CONFIG, BOTHY_EDGE_CREDENTIALS,
BOTHY_EDGE_LOG, BOTHY_EDGE_SENSORS. Flags win over variables, and both over the file.`;

export function addEdge(bothy: Command, print: (line: string) => void): void {
  const edge = bothy
    .command('edge')
    .description(
      'read sensors, judge them by rules, and publish over MQTT; keeps what a node has not stored yet',
    )
    .option('--config <file>', 'sensors, rules and all else as YAML (docs/reference/edge.md)')
    .option('--id <id>', "the edge's id (default: the name of this machine)")
    .option('--broker <url>', 'where it publishes (default: mqtt://127.0.0.1:1883)')
    .option('--credentials <file>', 'what enrolment left behind: edge, secret, url')
    .option('--data <folder>', 'where its outbox is kept (default: ./.bothy)')
    .option('--sensors <simulated or host>', 'which sensors without a file (default: simulated)')
    .option('--log <level>', 'debug, info, warn, error or silent (default: info)')
    .option('--check', 'check the configuration, read each sensor once, publish nothing')
    .addHelpText('after', more)
    .action(async (flags: EdgeFlags) => {
      const { runEdge } = await import('./run-edge.ts');
      await runEdge(flags, print);
    });
  addEdgeEnrolment(edge, print);
}
