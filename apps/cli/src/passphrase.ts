/** The passphrase of a key file. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { BothyError } from '@bothy/wire';

/** Below the help of whatever takes a key file. */
export const passphraseHelp =
  '\nThe passphrase of a key comes from BOTHY_PASSPHRASE or is asked for. For a node with a certificate\nof its own, NODE_EXTRA_CA_CERTS names the file of its authority.';

/** From the environment, or typed without being shown. */
export async function askPassphrase(): Promise<string> {
  const given = process.env.BOTHY_PASSPHRASE;
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) {
    throw new BothyError('bad_request', 'A key file needs its passphrase: set BOTHY_PASSPHRASE.');
  }
  process.stderr.write('Passphrase: ');
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const typed = await new Promise<string>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(''));
  });
  lines.close();
  process.stderr.write('\n');
  return typed;
}
