/**
 * A node in a process of its own, for tests that kill it: `node node-process.ts <flags as JSON>`; prints where it is
 * reached, as JSON. With a further word, `once`, it stops then.
 */
import { type ConfigTexts, parseConfig, startNode } from '../src/index.ts';

const flags: ConfigTexts = JSON.parse(process.argv[2] ?? '{}');
const node = await startNode(parseConfig(flags, {}));
const { webUrl, mqttUrl, clusterAddress } = node;
process.stdout.write(`${JSON.stringify({ webUrl, mqttUrl, clusterAddress })}\n`);
if (process.argv[3] === 'once') await node.stop();
