/** `bothy cluster status`, once or again and again. */
import { setTimeout as wait } from 'node:timers/promises';
import { BothyError } from '@bothy/wire';
import type { Command } from 'commander';

interface StatusFlags {
  readonly node?: string;
  readonly json?: true;
  readonly watch?: true;
}

const watchEveryMs = 1_000;

/** Adds `status` to the command `cluster`. */
export function addClusterStatus(cluster: Command, print: (line: string) => void): void {
  cluster
    .command('status')
    .description('show the nodes, how they are, and what they do')
    .option('--node <url>', 'the node to ask (default: http://127.0.0.1:8080)')
    .option('--json', 'as JSON, one line')
    .option('--watch', 'again every second, until Ctrl-C')
    .action(async ({ node = 'http://127.0.0.1:8080', json, watch }: StatusFlags) => {
      const { askForStatus, statusLines } = await import('./cluster-status.ts');
      const linesOf = async (): Promise<readonly string[]> => {
        const status = await askForStatus(node);
        return json === true ? [JSON.stringify(status)] : statusLines(status);
      };
      if (watch !== true) return (await linesOf()).forEach(print);
      const ended = new AbortController();
      process.once('SIGINT', () => ended.abort());
      while (!ended.signal.aborted) {
        // A node that is gone for a while is what one watches for.
        const lines = await linesOf().catch((thrown: unknown) => {
          const error = BothyError.from(thrown);
          if (error.code !== 'node_unreachable') throw error;
          return json === true ? [JSON.stringify(error)] : [error.message];
        });
        if (json !== true && process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H');
        lines.forEach(print);
        if (json !== true && !process.stdout.isTTY) print('');
        await wait(watchEveryMs, undefined, { signal: ended.signal }).catch(() => {});
      }
    });
}
