/**
 * A node in a process of its own, for tests that kill it: `node node-process.ts <flags as JSON>`; prints where it is
 * reached, as JSON.
 */
import { type ConfigTexts, parseConfig, startNode } from '../src/index.ts';

const flags: ConfigTexts = JSON.parse(process.argv[2] ?? '{}');
const { webUrl, mqttUrl, clusterAddress } = await startNode(parseConfig(flags, {}));
process.stdout.write(`${JSON.stringify({ webUrl, mqttUrl, clusterAddress })}\n`);
