/**
 * The session of the tab that writes: it owns the store and the run of the
 * peer, starts the core again from the store when a run fails, and serves the
 * tabs that follow.
 */
import { formerDevices, type LocalIdentity, renewDevice } from '@bothy/identity';
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
  #identity: LocalIdentity;
  /** While a new device id is made; commands wait for it. */
  #renewing: Promise<void> | undefined;
  /** Once per start: a copy that is put back again and again must not fill conversations with logs. */
  #hasRenewed = false;
  #stopped = false;

  constructor(options: PeerSessionOptions, state: PeerState, host: SessionHost) {
    this.#options = options;
    this.#identity = options.identity;
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

  async command(command: PeerCommand): Promise<CommandResult> {
    await this.#renewing;
    if (this.#run !== undefined) return this.#run.command(command);
    const message = this.#failure?.message ?? 'Bothy is starting again. Try again in a moment.';
    return { ok: false, code: this.#failure?.code ?? 'storage_failed', message };
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
    await this.#renewing;
    const run = this.#run;
    this.#run = undefined;
    await run?.stop();
    this.#stopTimers();
    this.#closeStore();
  }

  async #begin(): Promise<void> {
    const { brokerUrl, audience, iceServers = [], identities } = this.#options;
    const identity = this.#identity;
    const lost = (error: BothyError): void => void this.#failed(error);
    const store = await openPeerDatabase({ person: identity.person, lost });
    this.#store = store;
    const [snapshot, bootCounter] = await Promise.all([store.load(), store.nextBoot()]);
    if (this.#stopped) return this.#closeStore();
    const { refused, isRenewed } = this.#state;
    const devices = [...formerDevices(identity), identity.device];
    this.#change({ ...initialPeerState(identity.person, snapshot, devices), refused, isRenewed });
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
      canRenew: identities !== undefined && identity.personKeyPair !== undefined && !this.#hasRenewed,
      renew: () => {
        this.#renewing = this.#renew().finally(() => {
          this.#renewing = undefined;
        });
      },
      failed: (error) => void this.#failed(error),
    });
    this.#run.start();
  }

  /** Ends the run, makes a new device id and keeps it, and begins again with it. */
  async #renew(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    this.#hasRenewed = true;
    try {
      await run?.stop();
      const identity = await renewDevice(this.#identity, this.#clock.wallMs());
      // From here on the old id is not used any more, whatever happens to this tab.
      await this.#options.identities?.save(identity);
      this.#closeStore();
      if (this.#stopped) return;
      this.#identity = identity;
      this.#host.renewed(identity);
      this.#state = { ...this.#state, isRenewed: true };
      await this.#begin();
    } catch (thrown) {
      this.#giveUp(BothyError.from(thrown, 'storage_failed'));
    }
  }

  /** A run ended by itself: one more from the store, then the person is told. */
  async #failed(error: BothyError): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    this.#closeStore();
    // A new id begins a new run anyway.
    if (this.#stopped || this.#failure !== undefined || this.#renewing !== undefined) return;
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
