/** `bothy cluster run <n>`: its words and what they may be. */
import { BothyError } from '@bothy/wire';
import type { Command } from 'commander';
import { outliveReader } from '../closed-output.ts';
import { type Columns, columnsOf } from '../fitted-lines.ts';
import { mostNodes } from './cluster-plan.ts';

interface RunFlags {
  readonly http: string;
  readonly mqtt: string;
  readonly cluster: string;
  readonly data: string;
  readonly build: boolean;
}

/** Adds `run` to the command `cluster`. */
export function addClusterRun(cluster: Command, print: (line: string) => void): void {
  cluster
    .command('run')
    .argument('[number]', `how many nodes, 1 to ${mostNodes}`, '3')
    .description('run several nodes on this machine, to try a cluster out')
    .option(
      '--http <port>',
      "the first node's web app; each further node takes the next that is free",
      '8081',
    )
    .option('--mqtt <port>', "the first node's MQTT", '1881')
    .option('--cluster <port>', 'where the other nodes reach the first', '7071')
    .option('--data <folder>', 'below it each node has a folder', './.bothy/cluster')
    .option('--no-build', 'take the web app as it was built last')
    .addHelpText('after', '\nOther settings are variables, for all nodes: BOTHY_LOG_LEVEL, BOTHY_OTLP …')
    .action(async (count: string, { http, mqtt, cluster: links, data, build }: RunFlags) => {
      const wish = {
        count: wholeNumber('The number of nodes', count, 1, mostNodes),
        http: wholeNumber('--http', http, 0, 65_535),
        mqtt: wholeNumber('--mqtt', mqtt, 0, 65_535),
        cluster: wholeNumber('--cluster', links, 0, 65_535),
        data,
      };
      const { runCluster } = await import('./run-cluster.ts');
      outliveReader(process.stdout, process.stderr);
      const { stdin, stdout, env } = process;
      const terminal = stdin.isTTY && stdout.isTTY ? stdin : undefined;
      const colour = stdout.isTTY && env.NO_COLOR === undefined;
      const columns = (): Columns => columnsOf(stdout);
      await runCluster({ wish, build, print, terminal, columns, colour });
    });
}

function wholeNumber(what: string, text: string, least: number, most: number): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (value >= least && value <= most) return value;
  const sentence = `${what} is "${text.slice(0, 80)}"; it must be a whole number from ${least} to ${most}.`;
  throw new BothyError('configuration_invalid', sentence);
}
