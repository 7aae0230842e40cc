/** `bothy verify`: whether all nodes hold the same. */
import { BothyError } from '@bothy/wire';
import { type Command, Option } from 'commander';
import { endWithReader } from '../closed-output.ts';
import { askPassphrase } from '../passphrase.ts';
import { aboutConversations } from './verify-lines.ts';

interface VerifyFlags {
  readonly node?: string;
  readonly room?: string;
  readonly key?: string;
  readonly json?: true;
}

export function addVerify(bothy: Command, print: (line: string) => void): void {
  bothy
    .command('verify')
    .description('compare what the nodes hold of rooms, entry by entry, and say what differs')
    .option('--node <url>', 'a node of the cluster (default: http://127.0.0.1:8080)')
    .option('--room <id>', 'only this room')
    .addOption(
      new Option(
        '--key <file>',
        'your key file: for private rooms, and for nodes that take no guests; an operator sees all rooms of a node',
      ).env('BOTHY_KEY'),
    )
    .option('--json', 'as JSON, one line')
    .addHelpText(
      'after',
      '\nEnds with 0 when all is the same, 1 when something differs, 2 when not everybody could be asked.\n' +
        'Nodes are asked for hashes only, and looked into where these differ. The passphrase of a key comes from\n' +
        'BOTHY_PASSPHRASE or is asked for. For nodes with certificates of their own, NODE_EXTRA_CA_CERTS names the\n' +
        'file of their authority.\n\n' +
        aboutConversations.join('\n'),
    )
    .action(async (flags: VerifyFlags) => {
      try {
        await verify(flags, print);
      } catch (thrown) {
        const error = BothyError.from(thrown);
        if (error.code === 'internal') throw thrown;
        process.stderr.write(`bothy: ${error.message}\n`);
        process.exitCode = 2;
      }
    });
}

async function verify(
  { node = 'http://127.0.0.1:8080', room, key, json }: VerifyFlags,
  print: (line: string) => void,
): Promise<void> {
  const { statusAsker } = await import('../cluster-status.ts');
  const { keySignIn } = await import('../rooms-sign-in.ts');
  const { digestsAt } = await import('./node-digests.ts');
  const { verifyRooms } = await import('./verify-rooms.ts');
  const { exitCodeOf, reportLines } = await import('./verify-lines.ts');
  endWithReader(process.stdout);
  const signIn = key === undefined ? undefined : await keySignIn(key, askPassphrase);
  const status = await statusAsker(node, signIn)();
  const { isTTY } = process.stderr;
  const report = await verifyRooms({
    status,
    room,
    digestsAt: (url) => digestsAt(url, signIn),
    progress: (name, at, of, entries) => {
      if (isTTY) process.stderr.write(`\r\u001b[Kroom ${at} of ${of}, ${name}: ${entries} entries compared`);
    },
  });
  if (isTTY) process.stderr.write('\r\u001b[K');
  if (json === true) print(JSON.stringify(report));
  else [...reportLines(report), ...aboutConversations].forEach(print);
  process.exitCode = exitCodeOf(report);
}
