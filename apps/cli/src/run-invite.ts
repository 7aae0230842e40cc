/** `bothy invite`: prints a link and its QR code. */
import { makeInvitation, parseConfig } from '@bothy/node';
import qrCode from 'qrcode-terminal';
import { configTexts, type InviteFlags } from './node-options.ts';

export async function runInvite(flags: InviteFlags, print: (line: string) => void): Promise<void> {
  const { uses = '1', days = '7' } = flags;
  const config = parseConfig(configTexts(flags), process.env);
  const link = await makeInvitation(config, { uses: Number(uses), days: Number(days) });
  print(`\n  ${link}\n`);
  qrCode.generate(link, { small: true }, print);
  print(
    `  Good for ${uses} ${uses === '1' ? 'person' : 'people'} and ${days} ${days === '1' ? 'day' : 'days'}.`,
  );
}
