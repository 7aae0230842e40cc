/** `bothy cluster status`, once or again and again, and `bothy cluster forget`. */
import { setTimeout as wait } from 'node:timers/promises';
import { BothyError } from '@bothy/wire';
import { type Command, Option } from 'commander';
import { endWithReader } from './closed-output.ts';
import { columnsOf, foldedLines } from './fitted-lines.ts';
import { askPassphrase, passphraseHelp } from './passphrase.ts';

interface StatusFlags {
  readonly node?: string;
  readonly key?: string;
  readonly json?: true;
  readonly watch?: true;
}

const watchEveryMs = 1_000;
const defaultUrl = 'http://127.0.0.1:8080';

/** Adds `status` to the command `cluster`. */
export function addClusterStatus(cluster: Command, print: (line: string) => void): void {
  cluster
    .command('status')
    .description('show the nodes, how they are, and what they do')
    .option('--node <url>', 'the node to ask (default: http://127.0.0.1:8080)')
    .addOption(
      new Option(
        '--key <file>',
        'your key file: for a node that shows its cluster to people who sign in',
      ).env('BOTHY_KEY'),
    )
    .option('--json', 'as JSON, one line')
    .option('--watch', 'again every second, until Ctrl-C')
    .addHelpText('after', passphraseHelp)
    .action(async ({ node = defaultUrl, key, json, watch }: StatusFlags) => {
      const { statusAsker, statusLines } = await import('./cluster-status.ts');
      const { keySignIn } = await import('./rooms-sign-in.ts');
      endWithReader(process.stdout);
      const signIn = key === undefined ? undefined : await keySignIn(key, askPassphrase);
      const ask = statusAsker(node, signIn);
      const linesOf = async (): Promise<readonly string[]> => {
        const status = await ask();
        return json === true ? [JSON.stringify(status)] : statusLines(status, columnsOf(process.stdout));
      };
      if (watch !== true) return (await linesOf()).forEach(print);
      const ended = new AbortController();
      process.once('SIGINT', () => ended.abort());
      while (!ended.signal.aborted) {
        // A node that is gone for a while is what one watches for.
        const lines = await linesOf().catch((thrown: unknown) => {
          const error = BothyError.from(thrown);
          if (error.code !== 'node_unreachable') throw error;
          return json === true
            ? [JSON.stringify(error)]
            : foldedLines(error.message, columnsOf(process.stdout));
        });
        if (json !== true && process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H');
        lines.forEach(print);
        if (json !== true && !process.stdout.isTTY) print('');
        await wait(watchEveryMs, undefined, { signal: ended.signal }).catch(() => {});
      }
    });
}

interface ForgetFlags {
  readonly node?: string;
  readonly key: string;
  readonly force?: boolean;
}

/** Adds `forget` to the command `cluster`. */
export function addClusterForget(cluster: Command, print: (line: string) => void): void {
  cluster
    .command('forget <id>')
    .description('part with a node that is down and will not come back; for operators')
    .option('--node <url>', `a node that still runs (default: ${defaultUrl})`)
    .addOption(
      new Option('--key <file>', 'the key file of an operator').env('BOTHY_KEY').makeOptionMandatory(),
    )
    .option(
      '--force',
      'also where most of the directory is lost with it: what only lost nodes knew is gone then',
    )
    .addHelpText('after', passphraseHelp)
    .action(async (id: string, { node: url = defaultUrl, key, force = false }: ForgetFlags) => {
      const { forgetNode } = await import('./cluster-forget.ts');
      const { keySignIn } = await import('./rooms-sign-in.ts');
      await forgetNode({ url, node: id, force }, await keySignIn(key, askPassphrase)).catch((thrown) => {
        const { code, message } = BothyError.from(thrown);
        if (code !== 'directory_unavailable' || force) throw thrown;
        throw new BothyError(code, `${message} For that, add --force.`, { cause: thrown });
      });
      print(`${id} is forgotten.`);
    });
}
