/** Invitations, made in the data folder: whoever can write there runs the node. It may run meanwhile. */
import { nodeClock } from '@bothy/runtime/node';
import type { SqliteNameDirectory } from '@bothy/store';
import { BothyError } from '@bothy/wire';
import { type NodeConfig, servesHttps } from './config.ts';
import { inDataFolder } from './data-folder.ts';
import { localAddresses, reachedAt } from './lan/local-addresses.ts';

export interface InvitationRequest {
  /** How many people may use it: 1 to 1,000. */
  readonly uses: number;
  /** How long it is good: 1 to 365. */
  readonly days: number;
}

export const mostUses = 1_000;
export const mostDays = 365;

/** The link to give away. Throws `configuration_invalid`, `data_directory_unusable` or `database_corrupt`. */
export async function makeInvitation(config: NodeConfig, request: InvitationRequest): Promise<string> {
  checkRange('uses', request.uses, mostUses);
  checkRange('days', request.days, mostDays);
  return await inDataFolder(config.data, async (names) => {
    const { code } = await newInvitation(names, request, nodeClock.wallMs());
    return invitationLink(config, config.http.port, code);
  });
}

/** Stores a new invitation. The code is in nobody else's hands. */
export async function newInvitation(
  names: SqliteNameDirectory,
  { uses, days }: InvitationRequest,
  nowMs: number,
): Promise<{ readonly code: string; readonly expiresAt: number }> {
  // 128 bits: nobody guesses one, however many they try.
  const code = Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
  const expiresAt = nowMs + days * 86_400_000;
  await names.invite({ code, uses, expiresAt });
  return { code, expiresAt };
}

/** The address that others type, as far as the node can know it; `port` is the one that it listens on. */
export function invitationLink(config: NodeConfig, port: number, code: string): string {
  const [host = 'localhost'] = reachedAt(config.http.host, localAddresses());
  return `${servesHttps(config) ? 'https' : 'http'}://${host}:${port}/#/join/${code}`;
}

function checkRange(name: 'uses' | 'days', value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new BothyError('configuration_invalid', `--${name} must be a whole number from 1 to ${most}.`);
}
