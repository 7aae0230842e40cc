/**
 * The facade that an app uses: one identity's peer in this browser profile. It
 * owns the store and the lock, keeps the state to draw, and starts the core
 * again from the store when a run fails.
 */
import type { LocalIdentity } from '@bothy/identity';
import type { CommandResult, EntryRow, PeerCommand, PeerNotice } from '@bothy/peer/core';
import { applyNotice, initialPeerState, type PeerState } from '@bothy/peer/views';
import type { Clock, Timers } from '@bothy/runtime';
import { browserClock, workerTimers } from '@bothy/runtime/browser';
import { BothyError } from '@bothy/wire';
import { type HistoryQuery, openPeerDatabase, type PeerStore } from './peer-database.ts';
import { PeerRun } from './peer-run.ts';
import { takeProfileLock } from './profile-lock.ts';

export interface PeerSessionOptions {
  readonly identity: LocalIdentity;
  /** Where the broker is, `ws://…/mqtt` or `wss://…/mqtt`; a function is asked before every attempt. */
  readonly brokerUrl: string | (() => string);
  /** The node's `host:port` as this browser reaches it: what proofs are made out to. */
  readonly audience: string;
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

/** How a start can end without anything being wrong. */
export type PeerStart =
  | { readonly kind: 'running'; readonly session: PeerSession }
  /** Another tab of this profile runs this identity. Close it, then start again. */
  | { readonly kind: 'openElsewhere' };

export interface PeerSession {
  readonly me: Pick<LocalIdentity, 'name' | 'person' | 'device'>;
  /** What to draw. The same object until something changes. */
  state(): PeerState;
  /** Why the peer does not run any more; undefined while it does. Only a new start helps. */
  failure(): BothyError | undefined;
  /** Calls back after every change of `state` or `failure`; returns how to end that. */
  subscribe(listener: () => void): () => void;
  /** Calls back with entries as they become durable, own and others'; returns how to end that. */
  onEntries(listener: (rows: readonly EntryRow[]) => void): () => void;
  /** Does something for the person. Resolves, never rejects, once it is durable or refused. */
  command(command: PeerCommand): Promise<CommandResult>;
  /** The rows next to a position, or the newest ones, oldest first. Rejects with `storage_failed`. */
  history(conversation: string, query: HistoryQuery): Promise<readonly EntryRow[]>;
  /** Says goodbye, closes everything. Afterwards the identity can be started again, here or in another tab. */
  stop(): Promise<void>;
}

/** Runs are built again from the store so often; a second failure is not bad luck. */
const maxRestarts = 1;

/** Starts the peer. Rejects with `storage_failed`, or `configuration_invalid` where browsers keep keys from pages. */
export async function startPeerSession(options: PeerSessionOptions): Promise<PeerStart> {
  if (!globalThis.isSecureContext || globalThis.crypto?.subtle === undefined) {
    throw new BothyError(
      'configuration_invalid',
      'Browsers give keys and storage only to pages from https or from localhost. Open Bothy there.',
    );
  }
  const { person } = options.identity;
  const release = await takeProfileLock(`bothy-${person}`);
  if (release === undefined) return { kind: 'openElsewhere' };
  const session = new BrowserPeerSession(options, release);
  try {
    await session.start();
    return { kind: 'running', session };
  } catch (thrown) {
    await session.stop();
    throw BothyError.from(thrown);
  }
}

class BrowserPeerSession implements PeerSession {
  readonly me: PeerSession['me'];
  readonly #options: PeerSessionOptions;
  readonly #clock: Clock;
  readonly #timers: Timers;
  /** Ends the timers that we made ourselves. */
  readonly #stopTimers: () => void;
  readonly #release: () => void;
  readonly #listeners = new Set<() => void>();
  readonly #entryListeners = new Set<(rows: readonly EntryRow[]) => void>();
  #state: PeerState;
  #failure: BothyError | undefined;
  #store: PeerStore | undefined;
  #run: PeerRun | undefined;
  #restarts = 0;
  #stopped = false;

  constructor(options: PeerSessionOptions, release: () => void) {
    const { name, person, device } = options.identity;
    this.me = { name, person, device };
    this.#options = options;
    this.#clock = options.clock ?? browserClock;
    if (options.timers === undefined) {
      const timers = workerTimers();
      this.#timers = timers;
      this.#stopTimers = () => timers.stop();
    } else {
      this.#timers = options.timers;
      this.#stopTimers = () => undefined;
    }
    this.#release = release;
    const nothing = { contacts: [], heads: [], receipts: [], readMarks: [], clock: { ms: 0, counter: 0 } };
    this.#state = initialPeerState(person, nothing);
  }

  /** Opens the store and begins a run. */
  async start(): Promise<void> {
    await this.#begin();
    globalThis.addEventListener('online', this.#wake);
    document.addEventListener('visibilitychange', this.#wakeWhenVisible);
    document.addEventListener('resume', this.#wake);
  }

  state(): PeerState {
    return this.#state;
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

  command(command: PeerCommand): Promise<CommandResult> {
    if (this.#run !== undefined) return this.#run.command(command);
    const message = this.#failure?.message ?? 'Bothy is starting again. Try again in a moment.';
    return Promise.resolve({ ok: false, code: this.#failure?.code ?? 'storage_failed', message });
  }

  async history(conversation: string, query: HistoryQuery): Promise<readonly EntryRow[]> {
    if (this.#store === undefined) {
      throw new BothyError('storage_failed', 'The local database is closed. Reload this page.');
    }
    return this.#store.history(conversation, query);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#unlisten();
    this.#listeners.clear();
    this.#entryListeners.clear();
    const run = this.#run;
    this.#run = undefined;
    await run?.stop();
    this.#stopTimers();
    this.#closeStore();
    this.#release();
  }

  async #begin(): Promise<void> {
    const { identity, brokerUrl, audience, iceServers = [] } = this.#options;
    const lost = (error: BothyError): void => void this.#failed(error);
    const store = await openPeerDatabase({ person: identity.person, lost });
    this.#store = store;
    const [snapshot, bootCounter] = await Promise.all([store.load(), store.nextBoot()]);
    if (this.#stopped) return this.#closeStore();
    const { refused } = this.#state;
    this.#change({ ...initialPeerState(identity.person, snapshot), refused });
    this.#run = new PeerRun({
      identity,
      brokerUrl,
      audience,
      iceServers,
      clock: this.#clock,
      timers: this.#timers,
      store,
      snapshot,
      bootCounter,
      storedCertificate: (person) => this.#state.contacts.get(person)?.certificate,
      notice: (notice) => this.#notice(notice),
      signalling: (signalling) => this.#change({ ...this.#state, signalling }),
      failed: (error) => void this.#failed(error),
    });
    this.#run.start();
  }

  /** A run ended by itself: one more from the store, then the person is told. */
  async #failed(error: BothyError): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    this.#closeStore();
    if (this.#stopped || this.#failure !== undefined) return;
    void run?.stop();
    // Nothing is up while there is no run: what is drawn must not promise it.
    this.#change({ ...this.#state, signalling: 'down', online: new Set(), links: new Map() });
    if (this.#restarts >= maxRestarts) return this.#giveUp(error);
    this.#restarts += 1;
    try {
      await this.#begin();
    } catch (thrown) {
      this.#giveUp(BothyError.from(thrown, 'storage_failed'));
    }
  }

  #giveUp(error: BothyError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#closeStore();
    this.#unlisten();
    this.#release();
    // A new object, so that whoever draws looks again and finds the failure.
    this.#change({ ...this.#state });
  }

  #notice(notice: PeerNotice): void {
    this.#change(applyNotice(this.#state, notice));
    if (notice.kind !== 'entries') return;
    for (const listener of this.#entryListeners) listener(notice.rows);
  }

  #change(state: PeerState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  readonly #wake = (): void => this.#run?.wake();

  readonly #wakeWhenVisible = (): void => {
    if (document.visibilityState === 'visible') this.#run?.wake();
  };

  #unlisten(): void {
    globalThis.removeEventListener('online', this.#wake);
    document.removeEventListener('visibilitychange', this.#wakeWhenVisible);
    document.removeEventListener('resume', this.#wake);
  }

  #closeStore(): void {
    this.#store?.close();
    this.#store = undefined;
  }
}
