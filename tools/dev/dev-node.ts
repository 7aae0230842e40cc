/**
 * The node of `npm run dev`, restarted by `node --watch` when a source of it changes. It is told the address of
 * the development server, through which browsers reach it.
 */
import { hostsOf, parseConfig, startNode } from '@bothy/node';
import { BothyError } from '@bothy/wire';

const [host = '', port = ''] = process.argv.slice(2);

try {
  const node = await startNode(parseConfig({}, process.env), { extraHosts: hostsOf(host, Number(port)) });
  process.stdout.write(`  node started: ${node.mqttUrl}, data in ${node.dataFolder}\n`);
  const stop = async (): Promise<void> => {
    await node.stop();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (thrown) {
  process.stderr.write(`${BothyError.from(thrown).message}\n`);
  process.exitCode = 1;
}
