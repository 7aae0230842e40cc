/**
 * The session of the tab that writes: it owns the store and the run of the
 * peer, starts the core again from the store when a run fails, and serves the
 * tabs that follow.
 */
import type { CommandResult, EntryRow, PeerCommand, PeerNotice } from '@bothy/peer/core';
import { applyNotice, type CopyCheck, initialPeerState, type PeerState } from '@bothy/peer/views';
import type { Clock, Timers } from '@bothy/runtime';
import { browserClock, workerTimers } from '@bothy/runtime/browser';
import { BothyError } from '@bothy/wire';
import { type CopyCheckOptions, checkCopy } from './copy-check.ts';
import { type EntryKey, type HistoryQuery, openPeerDatabase, type PeerStore } from './peer-database.ts';
import { PeerRun } from './peer-run.ts';
import type { PeerSessionOptions } from './peer-session.ts';
import { TabChannel, type TabMessage } from './tab-channel.ts';
import { closedStoreError, type SessionHost, type TabSession } from './tab-session.ts';

/** Runs are built again from the store so often; a second failure is not bad luck. */
const maxRestarts = 1;

export class WritingSession implements TabSession {
  readonly #options: PeerSessionOptions;
  readonly #host: SessionHost;
  readonly #clock: Clock;
  readonly #timers: Timers;
  /** Ends the timers that we made ourselves. */
  readonly #stopTimers: () => void;
  readonly #tabs: TabChannel;
  /** Whether another tab has asked for the state; until then nothing is copied for nobody. */
  #followed = false;
  #stateIsDue = false;
  #state: PeerState;
  #failure: BothyError | undefined;
  #store: PeerStore | undefined;
  #run: PeerRun | undefined;
  #restarts = 0;
  #stopped = false;

  constructor(options: PeerSessionOptions, state: PeerState, host: SessionHost) {
    this.#options = options;
    this.#host = host;
    this.#state = state;
    this.#clock = options.clock ?? browserClock;
    if (options.timers === undefined) {
      const timers = workerTimers();
      this.#timers = timers;
      this.#stopTimers = () => timers.stop();
    } else {
      this.#timers = options.timers;
      this.#stopTimers = () => undefined;
    }
    this.#tabs = new TabChannel(options.identity.person, (message) => this.#asked(message));
  }

  /** Opens the store and begins a run. Rejects with `storage_failed`. */
  async start(): Promise<void> {
    await this.#begin();
    globalThis.addEventListener('online', this.#wake);
    document.addEventListener('visibilitychange', this.#wakeWhenVisible);
    document.addEventListener('resume', this.#wake);
    this.#tabs.send({ kind: 'writing' });
  }

  state(): PeerState {
    return this.#state;
  }

  command(command: PeerCommand): Promise<CommandResult> {
    if (this.#run !== undefined) return this.#run.command(command);
    const message = this.#failure?.message ?? 'Bothy is starting again. Try again in a moment.';
    return Promise.resolve({ ok: false, code: this.#failure?.code ?? 'storage_failed', message });
  }

  async history(conversation: string, query: HistoryQuery): Promise<readonly EntryRow[]> {
    if (this.#store === undefined) throw closedStoreError();
    return this.#store.history(conversation, query);
  }

  async amendments(rows: readonly EntryKey[]): Promise<readonly EntryRow[]> {
    if (this.#store === undefined) throw closedStoreError();
    return this.#store.amendments(rows);
  }

  async checkCopy(options: Omit<CopyCheckOptions, 'store'>): Promise<CopyCheck> {
    if (this.#store === undefined) throw closedStoreError();
    return checkCopy({ ...options, store: this.#store });
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#unlisten();
    const run = this.#run;
    this.#run = undefined;
    await run?.stop();
    this.#stopTimers();
    this.#closeStore();
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
    this.#host.failed(error);
  }

  #notice(notice: PeerNotice): void {
    this.#change(applyNotice(this.#state, notice, this.#clock.wallMs()));
    if (notice.kind !== 'entries') return;
    this.#host.entries(notice.rows);
    if (this.#followed) this.#tabs.send({ kind: 'entries', rows: notice.rows });
  }

  #change(state: PeerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#host.changed();
    if (this.#followed) this.#sendState();
  }

  /** Once for all changes of a turn. */
  #sendState(): void {
    if (this.#stateIsDue) return;
    this.#stateIsDue = true;
    queueMicrotask(() => {
      this.#stateIsDue = false;
      if (!this.#stopped) this.#tabs.send({ kind: 'state', state: this.#state });
    });
  }

  #asked(message: TabMessage): void {
    if (message.kind === 'hello') {
      this.#followed = true;
      this.#sendState();
    } else if (message.kind === 'ask') {
      const { id, command } = message;
      void this.command(command).then((result) => {
        if (!this.#stopped) this.#tabs.send({ kind: 'answer', id, result });
      });
    }
  }

  readonly #wake = (): void => this.#run?.wake();

  readonly #wakeWhenVisible = (): void => {
    if (document.visibilityState === 'visible') this.#run?.wake();
  };

  #unlisten(): void {
    this.#tabs.close();
    globalThis.removeEventListener('online', this.#wake);
    document.removeEventListener('visibilitychange', this.#wakeWhenVisible);
    document.removeEventListener('resume', this.#wake);
  }

  #closeStore(): void {
    this.#store?.close();
    this.#store = undefined;
  }
}
