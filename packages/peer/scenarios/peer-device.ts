/** One simulated device: the production core on the simulator's loop, with model drivers around it. */
import {
  type CommandResult,
  type Contact,
  type EntryContent,
  type EntryQuery,
  type EntryRow,
  type PeerCommand,
  PeerCore,
  type PeerInput,
  type PeerNotice,
  type PeerOutput,
  type PeerWrite,
} from '@bothy/peer/core';
import type { Lookup, Seal } from '@bothy/protocols';
import type { ProductOutput } from '@bothy/runtime';
import type { SimProcess, Simulation } from '@bothy/simulator';
import {
  type Boot,
  type Envelope,
  type EnvelopeSender,
  type Frame,
  formatBoot,
  logKeyOf,
  type Presence,
  topics,
  unsignedText,
  type VerifiedFrame,
} from '@bothy/wire';
import { DeviceStore } from './device-store.ts';
import type { Published, SimBroker, SimClient } from './sim-broker.ts';
import type { SimRtcConnection, SimRtcNetwork } from './sim-rtc.ts';
import { sealEntry, signText, verifyEntry, verifyText } from './stand-in-crypto.ts';

/** What a notice or reply was, and what it was about: for checkers. */
export interface DeviceObserver {
  notice(device: PeerDevice, notice: PeerNotice): void;
  reply(device: PeerDevice, id: string, result: CommandResult): void;
  /** This has become durable. */
  written(device: PeerDevice, write: PeerWrite): void;
}

export interface PeerDeviceOptions {
  readonly simulation: Simulation;
  readonly broker: SimBroker;
  readonly rtc: SimRtcNetwork;
  readonly who: EnvelopeSender;
  readonly observer: DeviceObserver;
  /**
   * Whether it can take a new id.
   * @default true
   */
  readonly canRenew?: boolean;
  /** Replaces the core: how planted faults are tried. */
  readonly makeCore?: typeof makePeerCore;
}

const topicOf = {
  offer: 'offer',
  answer: 'answer',
  candidates: 'iceCandidate',
  'contact.request': 'contactRequest',
  'contact.accept': 'contactRequest',
  'contact.decline': 'contactRequest',
} as const;

export function makePeerCore(...args: ConstructorParameters<typeof PeerCore>): Pick<PeerCore, 'step'> {
  return new PeerCore(...args);
}

export class PeerDevice {
  #who: EnvelopeSender;
  #former: readonly string[] = [];
  #key: string;
  readonly process: SimProcess<PeerInput, PeerOutput, DeviceStore>;
  readonly store: DeviceStore;
  readonly #options: PeerDeviceOptions;
  #boot: Boot = '';
  #client: SimClient | null = null;
  #connections = new Map<string, SimRtcConnection>();
  #commands = 0;
  /** Counts within a start, as the driver does; counting on is as good. */
  #brokerConnections = 0;
  /** A broker that this device cannot reach now. */
  brokerReachable = true;

  constructor(options: PeerDeviceOptions) {
    this.#options = options;
    this.#who = options.who;
    this.#key = logKeyOf(options.who);
    this.process = options.simulation.addProcess<PeerInput, PeerOutput, DeviceStore>({
      id: options.who.name,
      createStore: () => new DeviceStore(),
      write: (store, write) => {
        store.write(write);
        options.observer.written(this, write);
      },
      boot: ({ bootCount, store, random }) => {
        const letters = Array.from(
          { length: 13 },
          () => 'abcdefghijklmnopqrstuvwxyz234567'[random('boot').below(32)],
        );
        this.#boot = formatBoot(bootCount, letters.join(''));
        const config = {
          ...this.who,
          certificate: `certificate of ${this.key}`,
          boot: this.#boot,
          former: this.#former,
          canRenew: options.canRenew ?? true,
        };
        return (options.makeCore ?? makePeerCore)(config, store.snapshot(), random(`sessions ${bootCount}`));
      },
      started: () => this.connectBroker(),
      ended: () => this.#disconnectAll(),
      perform: (output) => this.#perform(output),
      ask: (question, answer) => this.#ask(question, answer),
    });
    this.store = this.process.store;
  }

  get who(): EnvelopeSender {
    return this.#who;
  }

  /** Of its log, under the id that it has now. */
  get key(): string {
    return this.#key;
  }

  /** The ids that it had before, the oldest first. */
  get former(): readonly string[] {
    return this.#former;
  }

  /** Of the simulated world, monotonic: no device knows it. */
  get trueMs(): number {
    return this.#options.simulation.nowMs;
  }

  get boot(): Boot {
    return this.#boot;
  }

  /** Gives a command. `announce` learns its id, which names it in replies, before anything happens. */
  command(command: PeerCommand, announce?: (id: string) => void): void {
    this.#commands += 1;
    const id = `${this.who.name}-${this.#boot}-${this.#commands}`;
    announce?.(id);
    this.process.submit({ kind: 'command', id, command });
  }

  contact(state: Contact['state']): Contact | undefined {
    return [...this.store.contacts.values()].find((contact) => contact.state === state);
  }

  rows(conversation: string, log: string): readonly EntryRow[] {
    return this.store.logs.get(`${conversation} ${log}`) ?? [];
  }

  /** Of all logs of a conversation. */
  allRows(conversation: string): readonly EntryRow[] {
    const logs = [...this.store.logs].filter(([key]) => key.startsWith(`${conversation} `));
    return logs.flatMap(([, rows]) => rows);
  }

  // --- signalling -------------------------------------------------------

  connectBroker(): void {
    if (!this.process.alive || !this.brokerReachable || this.#client?.open === true) return;
    this.#brokerConnections += 1;
    const presenceTopic = topics.presence(this.who.name, this.who.device);
    const will = { topic: presenceTopic, payload: this.#presence(false) };
    const client = this.#options.broker.connect(this.key, will, (message) => this.#arrived(client, message));
    this.#client = client;
    client.subscribe(topics.allOf(this.who.name));
    this.process.submit({ kind: 'signalling', state: 'up' });
  }

  cutBroker(): void {
    if (this.#client?.open !== true) return;
    this.#client.cut();
    this.process.submit({ kind: 'signalling', state: 'down' });
  }

  #presence(online: boolean): string {
    const sentAt = this.#options.simulation.wallMs;
    const certificate = `certificate of ${this.key}`;
    const head = { v: 1, from: this.who, boot: this.#boot, connection: this.#brokerConnections } as const;
    const presence: Presence = { ...head, online, sentAt, certificate };
    return signText(this.key, unsignedText({ ...presence }));
  }

  #arrived(client: SimClient, message: Published): void {
    if (client !== this.#client || !this.process.alive || message.payload === null) return;
    const senderKey = (value: unknown): string => logKeyOf((value as Envelope).from);
    const value = verifyText(senderKey, message.payload as string) as Envelope | Presence | undefined;
    if (value === undefined) return;
    if ('kind' in value) {
      if (senderKey(value) !== this.key) this.process.submit({ kind: 'envelope', envelope: value });
    } else this.process.submit({ kind: 'presence', presence: value });
  }

  // --- outputs ----------------------------------------------------------

  #perform(output: ProductOutput<PeerOutput>): void {
    const client = this.#client?.open === true ? this.#client : null;
    switch (output.kind) {
      case 'renew':
        return this.#renew();
      case 'announce':
        client?.publish(
          { topic: topics.presence(this.who.name, this.who.device), payload: this.#presence(true) },
          true,
        );
        return;
      case 'watch':
        return client?.subscribe(topics.presenceOf(output.name));
      case 'unwatch':
        return client?.unsubscribe(topics.presenceOf(output.name));
      case 'signal': {
        const { envelope } = output;
        const topic = topics.signalling(envelope.to.name, topicOf[envelope.kind]);
        client?.publish({ topic, payload: signText(this.key, unsignedText({ ...envelope })) }, false);
        return;
      }
      case 'rtc':
        return this.#rtc(output);
      case 'frame':
        this.#connections.get(output.link)?.send(JSON.stringify(output.frame));
        return;
      case 'notify':
        return this.#options.observer.notice(this, output.notice);
      case 'reply':
        return this.#options.observer.reply(this, output.id, output.result);
    }
  }

  /** A new id, kept durably with the old one, and a new start, as a driver does it. */
  #renew(): void {
    const { device } = this.#who;
    this.#options.simulation.after(0, () => {
      this.process.crash();
      this.#former = [...this.#former, device];
      this.#who = { ...this.#who, device: `${device.slice(0, 14)}${this.#former.length + 22}` };
      this.#key = logKeyOf(this.#who);
      this.process.start();
    });
  }

  #ask(question: Lookup<EntryQuery> | Seal<EntryContent>, answer: (input: PeerInput) => void): void {
    const { id } = question;
    if (question.kind === 'seal') answer({ kind: 'sealed', id, seal: sealEntry(question.content) });
    else answer({ kind: 'found', id, answer: this.store.entries(question.query) });
  }

  #rtc({ link, operation }: Extract<PeerOutput, { kind: 'rtc' }>): void {
    if (operation.kind === 'open') {
      // Link ids count from one in every start; the network's are unique for ever.
      const connection = this.#options.rtc.open(`${this.key} ${this.#boot} ${link}`, this.who.name, {
        event: (event) => this.process.submit({ kind: 'rtc', link, event }),
        frame: (text) => this.#frame(link, text),
      });
      this.#connections.set(link, connection);
      return;
    }
    this.#connections.get(link)?.perform(operation);
    if (operation.kind === 'close') this.#connections.delete(link);
  }

  #frame(link: string, text: string): void {
    const frame = JSON.parse(text) as Frame;
    if (frame.kind !== 'entries') {
      this.process.submit({ kind: 'frame', link, frame });
      return;
    }
    const entries = frame.entries.map(verifyEntry).filter((entry) => entry !== undefined);
    const verified: VerifiedFrame = { ...frame, entries };
    this.process.submit({ kind: 'frame', link, frame: verified });
  }

  /** The process ended: its connections end without a word, and the broker publishes its will. */
  #disconnectAll(): void {
    this.#options.rtc.crash(this.who.name);
    this.#connections = new Map();
    this.#client?.cut();
    this.#client = null;
  }
}
