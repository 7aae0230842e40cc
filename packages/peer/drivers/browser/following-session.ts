/**
 * The session of a tab that follows: another tab of this profile runs the peer.
 * State comes from that tab, history straight from the store, and commands go
 * to that tab. A command that it never answered is told to be uncertain.
 */
import type { CommandResult, EntryRow, PeerCommand } from '@bothy/peer/core';
import { type CopyCheck, initialPeerState, type PeerState } from '@bothy/peer/views';
import type { BothyError, DeviceId, PersonId } from '@bothy/wire';
import { type CopyCheckOptions, checkCopy } from './copy-check.ts';
import { type EntryKey, type HistoryQuery, openPeerDatabase, type PeerStore } from './peer-database.ts';
import { TabChannel, type TabMessage } from './tab-channel.ts';
import { closedStoreError, type SessionHost, type TabSession } from './tab-session.ts';

/** Longer than any healthy tab needs to store something. */
const answerTimeoutMs = 15_000;
const maxPendingCommands = 100;

interface Pending {
  readonly resolve: (result: CommandResult) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class FollowingSession implements TabSession {
  readonly #person: PersonId;
  readonly #devices: readonly DeviceId[];
  readonly #host: SessionHost;
  readonly #channel: TabChannel;
  readonly #pending = new Map<string, Pending>();
  #state: PeerState;
  #store: PeerStore | undefined;
  #stopped = false;

  /** `devices`: the ids of this device, the one that it has now last. */
  constructor(person: PersonId, devices: readonly DeviceId[], host: SessionHost) {
    this.#person = person;
    this.#devices = devices;
    this.#host = host;
    this.#channel = new TabChannel(person, (message) => this.#received(message));
    this.#state = initialPeerState(person, nothingStored, devices);
  }

  /** Opens the store, and asks the tab that writes for its state. Rejects with `storage_failed`. */
  async start(): Promise<void> {
    const lost = (error: BothyError): void => this.#lost(error);
    const store = await openPeerDatabase({ person: this.#person, lost });
    if (this.#stopped) return store.close();
    this.#store = store;
    this.#change(initialPeerState(this.#person, await store.load(), this.#devices));
    this.#channel.send({ kind: 'hello' });
  }

  state(): PeerState {
    return this.#state;
  }

  command(command: PeerCommand): Promise<CommandResult> {
    if (this.#stopped || this.#pending.size >= maxPendingCommands) return Promise.resolve(silentResult);
    const id = crypto.randomUUID();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answered(id, silentResult), answerTimeoutMs);
      this.#pending.set(id, { resolve, timer });
      this.#channel.send({ kind: 'ask', id, command });
    });
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
    this.#stopped = true;
    this.#channel.close();
    this.#store?.close();
    this.#store = undefined;
    this.#giveUpPending();
  }

  #received(message: TabMessage): void {
    switch (message.kind) {
      case 'writing':
        // Whoever wrote before is gone, and with it what it had not answered.
        this.#giveUpPending();
        return this.#channel.send({ kind: 'hello' });
      case 'state':
        return this.#change(message.state);
      case 'entries':
        return this.#host.entries(message.rows);
      case 'answer':
        return this.#answered(message.id, message.result);
      case 'hello':
      case 'ask':
        return;
    }
  }

  #answered(id: string, result: CommandResult): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    clearTimeout(pending.timer);
    this.#pending.delete(id);
    pending.resolve(result);
  }

  #giveUpPending(): void {
    for (const id of [...this.#pending.keys()]) this.#answered(id, goneResult);
  }

  #change(state: PeerState): void {
    this.#state = state;
    this.#host.changed();
  }

  #lost(error: BothyError): void {
    this.#store = undefined;
    if (!this.#stopped) this.#host.failed(error);
  }
}

const nothingStored = {
  contacts: [],
  heads: [],
  receipts: [],
  readMarks: [],
  clock: { ms: 0, counter: 0 },
};

const silentResult: CommandResult = {
  ok: false,
  code: 'storage_failed',
  message: 'The tab that writes your messages does not answer. Close it and go on here.',
};

const goneResult: CommandResult = {
  ok: false,
  code: 'storage_failed',
  message: 'The tab that was to do this was closed, perhaps before it was done. Look, then try again.',
};
