/** What a tab needs of its session, whether it writes or follows the tab that does. */
import type { LocalIdentity } from '@bothy/identity';
import type { CommandResult, EntryRow, PeerCommand } from '@bothy/peer/core';
import type { CopyCheck, PeerState } from '@bothy/peer/views';
import { BothyError } from '@bothy/wire';
import type { CopyCheckOptions } from './copy-check.ts';
import type { EntryKey, HistoryQuery } from './peer-database.ts';

export interface TabSession {
  /** The same object until something changes. */
  state(): PeerState;
  /** Resolves, never rejects, once it is durable or refused. */
  command(command: PeerCommand): Promise<CommandResult>;
  /** Rejects with `storage_failed`. */
  history(conversation: string, query: HistoryQuery): Promise<readonly EntryRow[]>;
  /** Rejects with `storage_failed`. */
  amendments(rows: readonly EntryKey[]): Promise<readonly EntryRow[]>;
  /** Rejects with `storage_failed`, or with the reason of the signal. */
  checkCopy(options: Omit<CopyCheckOptions, 'store'>): Promise<CopyCheck>;
  stop(): Promise<void>;
}

/** Told by a session about what happens in it. */
export interface SessionHost {
  /** This installation goes on under another device id. */
  readonly renewed: (identity: LocalIdentity) => void;
  /** `state` is another object now. */
  readonly changed: () => void;
  readonly entries: (rows: readonly EntryRow[]) => void;
  /** It has ended by itself and tells nothing more. */
  readonly failed: (error: BothyError) => void;
}

export function closedStoreError(): BothyError {
  return new BothyError('storage_failed', 'The local database is closed. Reload this page.');
}
