/** Names of a node, kept as the replicated directory says. */
import { ClusterNameDirectory, type OwnerChange } from '@bothy/identity';
import type { InvitedClaim, SqliteNameDirectory } from '@bothy/store';
import type { Certificate, NodeId } from '@bothy/wire';
import type { Logger } from 'pino';
import type { DirectoryDesk } from './directory-desk.ts';
import type { KeptKeys } from './kept-keys.ts';

export interface AgreedNamesOptions {
  readonly node: NodeId;
  readonly names: SqliteNameDirectory;
  readonly desk: DirectoryDesk;
  readonly keys: Pick<KeptKeys, 'key'>;
  /** Whether a name that nobody has may be claimed without an invitation. */
  readonly open: boolean;
  readonly changed: (change: OwnerChange) => void;
  readonly log: Logger;
  readonly wallMs: () => number;
}

export interface AgreedNames {
  readonly names: ClusterNameDirectory<SqliteNameDirectory>;
  /** With the code of an invitation or without. */
  claim(certificate: Certificate, code?: string): Promise<InvitedClaim>;
}

/** To be made before the directory begins. */
export function agreedNames({ names: local, desk, keys, log, ...options }: AgreedNamesOptions): AgreedNames {
  const names = new ClusterNameDirectory({
    ...options,
    local,
    agreement: {
      command: (command) => desk.command(command),
      name: (name) => desk.name(name),
      names: () => desk.names(),
      key: (person) => keys.key(person),
    },
    failed: (err) => log.error({ err }, 'the disk refused a name; it is written with the next one'),
  });
  let broughtIn: Promise<void> | undefined;
  const bringIn = (): void => {
    if (broughtIn !== undefined || desk.view?.state !== 'ready') return;
    broughtIn = names.bringIn().catch((err: unknown) => {
      // With the next majority.
      broughtIn = undefined;
      log.warn({ err }, 'names that are on the disk of this node alone are not in the directory yet');
    });
  };
  desk.onChanged((change) => {
    switch (change.kind) {
      case 'changed':
        return names.changed(change.command);
      case 'replaced':
        return names.replaced();
      case 'standing':
        return bringIn();
    }
  });
  return {
    names,
    claim: async (certificate, code) =>
      code === undefined
        ? await names.claim(certificate)
        : await names.claimWith(certificate, local.invitation(code)),
  };
}
