/** Invitations, made in the data folder: whoever can write there runs the node. It may run meanwhile. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeClock } from '@bothy/runtime/node';
import { SqliteNameDirectory } from '@bothy/store';
import { BothyError } from '@bothy/wire';
import type { NodeConfig } from './config.ts';
import { reachedAt } from './lan/lan.ts';
import { localAddresses } from './lan/local-addresses.ts';

export interface InvitationRequest {
  /** How many people may use it: 1 to 1,000. */
  readonly uses: number;
  /** How long it is good: 1 to 365. */
  readonly days: number;
}

/** The link to give away. Throws `configuration_invalid`, `data_directory_unusable` or `database_corrupt`. */
export async function makeInvitation(config: NodeConfig, { uses, days }: InvitationRequest): Promise<string> {
  checkRange('uses', uses, 1_000);
  checkRange('days', days, 365);
  const file = join(config.data, 'node.sqlite');
  if (!existsSync(file)) {
    const advice = 'Start the node once, or name its folder with --data.';
    throw new BothyError('configuration_invalid', `There is no node in ${config.data}. ${advice}`);
  }
  const { wallMs } = nodeClock;
  const names = await SqliteNameDirectory.open({ file, wallMs, open: false });
  try {
    // 128 bits: nobody guesses one, however many they try.
    const code = Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
    await names.invite({ code, uses, expiresAt: wallMs() + days * 86_400_000 });
    const [host = 'localhost'] = reachedAt(config.http.host, localAddresses());
    return `${config.lan ? 'https' : 'http'}://${host}:${config.http.port}/#/join/${code}`;
  } finally {
    await names.close();
  }
}

function checkRange(name: 'uses' | 'days', value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new BothyError('configuration_invalid', `--${name} must be a whole number from 1 to ${most}.`);
}
