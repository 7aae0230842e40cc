/**
 * The facade that an app uses: one identity's peer in this tab. One tab of a
 * browser profile writes; the others follow it, and one of them takes over when
 * it is closed:
 *
 *   start ──lock free──▶ writing ──a failure that a restart does not mend──▶ failed
 *     └──lock held──▶ following ──lock granted──▶ writing
 */
import { formerDevices, type LocalIdentity } from '@bothy/identity';
import type { CommandResult, EntryRow, PeerCommand } from '@bothy/peer/core';
import type { CopyCheck, PeerState } from '@bothy/peer/views';
import type { Clock, Timers } from '@bothy/runtime';
import { BothyError } from '@bothy/wire';
import type { CopyCheckOptions } from './copy-check.ts';
import { DeviceDirectory } from './device-directory.ts';
import { FollowingSession } from './following-session.ts';
import type { IdentityStore } from './identity-store.ts';
import type { EntryKey, HistoryQuery } from './peer-database.ts';
import { type ReleaseLock, tryProfileLock, waitForProfileLock } from './profile-lock.ts';
import type { SessionHost, TabSession } from './tab-session.ts';
import { WritingSession } from './writing-session.ts';

export interface PeerSessionOptions {
  readonly identity: LocalIdentity;
  /**
   * Where the identity is kept. Without it this device cannot take a new id when a copy of it is in use elsewhere.
   * @default nowhere
   */
  readonly identities?: IdentityStore;
  /** Where the broker is, `ws://…/mqtt` or `wss://…/mqtt`; a function is asked before every attempt. */
  readonly brokerUrl: string | (() => string);
  /** The node's `host:port` as this browser reaches it: what proofs are made out to. */
  readonly audience: string | (() => string);
  /**
   * STUN and TURN servers.
   * @default [] — nothing outside is asked
   */
  readonly iceServers?: readonly RTCIceServer[];
  /** @default browserClock */
  readonly clock?: Clock;
  /** @default timers in a worker, which hidden tabs do not slow down */
  readonly timers?: Timers;
}

export interface PeerSession {
  /** Another object once this device has taken a new id. */
  readonly me: Pick<LocalIdentity, 'name' | 'person' | 'device'>;
  /** Whether this tab runs the peer, or follows the one that does. */
  role(): 'writing' | 'following';
  /** What to draw. The same object until something changes. */
  state(): PeerState;
  /** Why the peer does not run any more; undefined while it does. Only a new start helps. */
  failure(): BothyError | undefined;
  /** Calls back after every change of `state`, `role` or `failure`; returns how to end that. */
  subscribe(listener: () => void): () => void;
  /** Calls back with entries as they become durable, own and others'; returns how to end that. */
  onEntries(listener: (rows: readonly EntryRow[]) => void): () => void;
  /** Does something for the person. Resolves, never rejects, once it is durable or refused. */
  command(command: PeerCommand): Promise<CommandResult>;
  /** The rows next to a position, or the newest ones, oldest first. Rejects with `storage_failed`. */
  history(conversation: string, query: HistoryQuery): Promise<readonly EntryRow[]>;
  /** The edits and deletions of these entries, wherever they stand; in no order. Rejects with `storage_failed`. */
  amendments(rows: readonly EntryKey[]): Promise<readonly EntryRow[]>;
  /**
   * Reads all of our own copy of a conversation and checks every signature, text and link of the chain. Rejects with
   * `storage_failed`, or with the reason of the signal.
   */
  checkCopy(conversation: string, watch?: Pick<CopyCheckOptions, 'progress' | 'signal'>): Promise<CopyCheck>;
  /** Says goodbye, closes everything. Another tab of the profile then takes over. */
  stop(): Promise<void>;
}

/** Starts the peer. Rejects with `storage_failed`, or `configuration_invalid` where browsers keep keys from pages. */
export async function startPeerSession(options: PeerSessionOptions): Promise<PeerSession> {
  if (!globalThis.isSecureContext || globalThis.crypto?.subtle === undefined) {
    throw new BothyError(
      'configuration_invalid',
      'Browsers give keys and storage only to pages from https or from localhost. Open Bothy there.',
    );
  }
  const session = new BrowserPeerSession(options);
  try {
    await session.start();
    return session;
  } catch (thrown) {
    await session.stop();
    throw BothyError.from(thrown);
  }
}

class BrowserPeerSession implements PeerSession {
  me: PeerSession['me'];
  #options: PeerSessionOptions;
  readonly #lockName: string;
  readonly #waiting = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #entryListeners = new Set<(rows: readonly EntryRow[]) => void>();
  readonly #following: FollowingSession;
  readonly #host: SessionHost;
  /** What this tab does now. */
  #inner: TabSession;
  #role: 'writing' | 'following' = 'following';
  /** While this tab becomes the writer; commands wait for it. */
  #takingOver: Promise<void> | undefined;
  #release: ReleaseLock | undefined;
  #failure: BothyError | undefined;
  #stopped = false;

  constructor(options: PeerSessionOptions) {
    const { name, person, device } = options.identity;
    this.me = { name, person, device };
    this.#options = options;
    this.#lockName = `bothy-${person}`;
    this.#host = {
      renewed: (identity) => this.#become(identity),
      changed: () => this.#changed(),
      entries: (rows) => {
        for (const listener of this.#entryListeners) listener(rows);
      },
      failed: (error) => this.#fail(error),
    };
    this.#following = new FollowingSession(person, [...formerDevices(options.identity), device], this.#host);
    this.#inner = this.#following;
  }

  async start(): Promise<void> {
    const release = await tryProfileLock(this.#lockName);
    if (release !== undefined) return this.#write(release);
    await this.#following.start();
    waitForProfileLock(this.#lockName, this.#waiting.signal).then(
      (granted) => {
        this.#takingOver = this.#write(granted)
          .catch((thrown: unknown) => this.#fail(BothyError.from(thrown, 'storage_failed')))
          .finally(() => {
            this.#takingOver = undefined;
          });
      },
      // Stopped while it waited.
      () => undefined,
    );
  }

  role(): 'writing' | 'following' {
    return this.#role;
  }

  state(): PeerState {
    return this.#inner.state();
  }

  failure(): BothyError | undefined {
    return this.#failure;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onEntries(listener: (rows: readonly EntryRow[]) => void): () => void {
    this.#entryListeners.add(listener);
    return () => this.#entryListeners.delete(listener);
  }

  async command(command: PeerCommand): Promise<CommandResult> {
    await this.#takingOver;
    if (this.#failure === undefined) return this.#inner.command(command);
    return { ok: false, code: this.#failure.code, message: this.#failure.message };
  }

  async history(conversation: string, query: HistoryQuery): Promise<readonly EntryRow[]> {
    await this.#takingOver;
    return this.#inner.history(conversation, query);
  }

  async amendments(rows: readonly EntryKey[]): Promise<readonly EntryRow[]> {
    await this.#takingOver;
    return this.#inner.amendments(rows);
  }

  async checkCopy(
    conversation: string,
    watch: Pick<CopyCheckOptions, 'progress' | 'signal'> = {},
  ): Promise<CopyCheck> {
    await this.#takingOver;
    const { certificate, former } = await this.#kept();
    const devices = new DeviceDirectory({
      ownCertificate: certificate,
      formerCertificates: former,
      stored: (person) => this.state().contacts.get(person)?.certificate,
    });
    return this.#inner.checkCopy({ ...watch, conversation, devices });
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#waiting.abort();
    this.#listeners.clear();
    this.#entryListeners.clear();
    await this.#takingOver;
    await this.#inner.stop();
    this.#release?.();
  }

  /** Becomes the tab that writes. */
  async #write(release: ReleaseLock): Promise<void> {
    this.#release = release;
    if (this.#stopped) return release();
    await this.#following.stop();
    // The tab that wrote until now may have taken a new device id.
    this.#become(await this.#kept());
    const writing = new WritingSession(this.#options, this.#following.state(), this.#host);
    this.#inner = writing;
    this.#role = 'writing';
    await writing.start();
  }

  async #kept(): Promise<LocalIdentity> {
    const { identity, identities } = this.#options;
    const kept = await identities?.load();
    return kept?.person === identity.person ? kept : identity;
  }

  #become(identity: LocalIdentity): void {
    const { name, person, device } = identity;
    this.#options = { ...this.#options, identity };
    this.me = { name, person, device };
  }

  #fail(error: BothyError): void {
    if (this.#failure !== undefined || this.#stopped) return;
    this.#failure = error;
    this.#waiting.abort();
    // Perhaps another tab has more luck.
    void this.#inner.stop();
    this.#release?.();
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
