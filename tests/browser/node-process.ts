/** A node in a process of its own, for tests that kill it. Run by `cluster-stage.ts` with its flags and web folder as JSON. */
import { parseConfig, startNode } from '@bothy/node';
import * as z from 'zod/mini';

/** The line that it writes once it can be used. */
export interface NodeReady {
  readonly webUrl: string;
  readonly clusterAddress: string;
  readonly mqttPort: number;
}

const given = z.object({ flags: z.record(z.string(), z.string()), webFolder: z.string() });
const { flags, webFolder } = given.parse(JSON.parse(process.argv[2] ?? '{}'));
const node = await startNode(parseConfig(flags, {}), { webFolder });
const { webUrl, clusterAddress, mqttPort } = node;
const ready: NodeReady = { webUrl, clusterAddress, mqttPort };
process.stdout.write(`${JSON.stringify(ready)}\n`);
