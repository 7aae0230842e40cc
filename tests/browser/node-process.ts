/** A node in a process of its own, for tests that kill it. Run by `cluster-stage.ts` with its flags and web folder as JSON. */
import { parseConfig, startNode } from '@bothy/node';
import * as z from 'zod/mini';

const given = z.object({ flags: z.record(z.string(), z.string()), webFolder: z.string() });
const { flags, webFolder } = given.parse(JSON.parse(process.argv[2] ?? '{}'));
const node = await startNode(parseConfig(flags, {}), { webFolder });
process.stdout.write(
  `${JSON.stringify({ webUrl: node.webUrl, clusterAddress: node.clusterAddress, mqttPort: node.mqttPort })}\n`,
);
