/**
 * One node of `bothy cluster run`, in a process of its own: `node-child.ts <flags as JSON> <web folder>`. It ends when
 * its parent says so or is gone. Ctrl-C reaches it too, and is its parent's affair.
 */
import { type ConfigTexts, parseConfig, startNode } from '@bothy/node';
import { BothyError } from '@bothy/wire';
import { collectStartGarbage } from '../start-garbage.ts';
import type { ChildReport } from './cluster-child.ts';

const [flags = '{}', webFolder] = process.argv.slice(2);
const tell = (report: ChildReport): void => {
  if (process.connected) process.send?.(report);
};
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

const ended = new Promise<void>((resolve) => {
  process.once('message', () => resolve());
  process.once('disconnect', () => resolve());
  process.once('SIGTERM', () => resolve());
});

try {
  // What our own parent has written.
  const node = await startNode(parseConfig(JSON.parse(flags) as ConfigTexts, process.env), { webFolder });
  collectStartGarbage();
  tell({ kind: 'started', webUrl: node.webUrl, mqttUrl: node.mqttUrl });
  await ended;
  await node.stop();
  process.exit(0);
} catch (thrown) {
  tell({ kind: 'failed', message: BothyError.from(thrown).message });
  process.exit(1);
}
