/**
 * One run of the peer core: a core built from the store, the loop that drives
 * it, and its drivers. It ends when it is stopped or when something of ours
 * fails; it is then rebuilt from the store, never mended.
 */
import { formerDevices, type LocalIdentity } from '@bothy/identity';
import {
  type CommandResult,
  type PeerCommand,
  PeerCore,
  type PeerInput,
  type PeerNotice,
  type PeerOutput,
  type PeerSnapshot,
} from '@bothy/peer/core';
import { seededRandom } from '@bothy/protocols';
import { type Clock, Loop, type ProductOutput, type Question, randomSeed, type Timers } from '@bothy/runtime';
import { BothyError, formatBoot, type PersonId, toBase32 } from '@bothy/wire';
import { DeviceDirectory } from './device-directory.ts';
import { sealEntry } from './entry-sealer.ts';
import { MqttSignalling } from './mqtt-signalling.ts';
import type { PeerStore } from './peer-database.ts';
import { RtcLinks } from './rtc-links.ts';

export interface PeerRunOptions {
  readonly identity: LocalIdentity;
  readonly brokerUrl: string | (() => string);
  readonly audience: string | (() => string);
  readonly iceServers: readonly RTCIceServer[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly store: PeerStore;
  readonly snapshot: PeerSnapshot;
  /** How often this device has started, this time included. */
  readonly bootCounter: number;
  readonly storedCertificate: (person: PersonId) => string | null | undefined;
  readonly notice: (notice: PeerNotice) => void;
  readonly signalling: (state: 'up' | 'down') => void;
  /** Whether a new device id can be made. */
  readonly canRenew: boolean;
  /** This device is in use elsewhere: a new run has to begin, with a new id. Called at most once. */
  readonly renew: () => void;
  /** The run has ended by itself; called at most once, and nothing after it. */
  readonly failed: (error: BothyError) => void;
}

/** Commands that wait for their answer; each is answered once what it wrote is durable. */
const maxPendingCommands = 1_000;

export class PeerRun {
  readonly #options: PeerRunOptions;
  readonly #loop: Loop<PeerInput, PeerOutput>;
  readonly #signalling: MqttSignalling;
  readonly #links: RtcLinks;
  readonly #pending = new Map<string, (result: CommandResult) => void>();
  #commands = 0;
  #signallingLost = false;
  #over = false;

  constructor(options: PeerRunOptions) {
    const { identity, clock, timers, store } = options;
    const { name, person, device, certificate } = identity;
    this.#options = options;
    const boot = formatBoot(options.bootCounter, randomBootText());
    const core = new PeerCore(
      {
        name,
        person,
        device,
        certificate,
        boot,
        former: formerDevices(identity),
        canRenew: options.canRenew,
      },
      options.snapshot,
      seededRandom(randomSeed()),
    );
    this.#loop = new Loop<PeerInput, PeerOutput>(core, {
      clock,
      timers,
      storage: store,
      perform: (output) => this.#perform(output),
      ask: (question, answer) => this.#ask(question, answer),
      failed: (error) => this.#fail(error),
    });
    const devices = new DeviceDirectory({
      ownCertificate: certificate,
      formerCertificates: identity.former,
      stored: options.storedCertificate,
    });
    const refused = (code: BothyError['code'], message: string): void => {
      options.notice({ kind: 'refused', code, message });
    };
    this.#links = new RtcLinks({
      devices,
      iceServers: options.iceServers,
      ahead: { clock, timers },
      events: {
        event: (link, event) => this.#submit({ kind: 'rtc', link, event }),
        frame: (link, frame) => this.#submit({ kind: 'frame', link, frame }),
        refused,
      },
    });
    this.#signalling = new MqttSignalling({
      identity,
      boot,
      brokerUrl: options.brokerUrl,
      audience: options.audience,
      devices,
      clock,
      timers,
      random: seededRandom(randomSeed()),
      events: {
        state: (state) => {
          options.signalling(state);
          // A broker that was lost is often a network that was left.
          if (state === 'down') this.#signallingLost = true;
          else if (this.#signallingLost) this.#links.networkChanged();
          this.#submit({ kind: 'signalling', state });
        },
        presence: (presence) => this.#submit({ kind: 'presence', presence }),
        envelope: (envelope) => this.#submit({ kind: 'envelope', envelope }),
        refused,
      },
    });
  }

  start(): void {
    this.#signalling.start();
  }

  /** The network or the machine came back: no need to wait for the next attempt. */
  wake(): void {
    this.#links.networkChanged();
    this.#submit({ kind: 'awake' });
    this.#signalling.retryNow();
  }

  /** Gives the core a command. Resolves once what it did is durable. */
  command(command: PeerCommand): Promise<CommandResult> {
    if (this.#over) return Promise.resolve(endedResult);
    if (this.#pending.size >= maxPendingCommands) return Promise.resolve(busyResult);
    this.#commands += 1;
    const id = String(this.#commands);
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#submit({ kind: 'command', id, command });
    });
  }

  /** Says goodbye to the broker, closes every link. Nothing is reported afterwards. */
  async stop(): Promise<void> {
    this.#end();
    await this.#signalling.stop();
  }

  #submit(input: PeerInput): void {
    if (this.#over || this.#loop.submit(input)) return;
    // An input that is passed over would leave the core with a wrong idea of its links.
    this.#fail(new BothyError('internal', 'More happened at once than this device can follow.'));
  }

  #perform(output: ProductOutput<PeerOutput>): void {
    switch (output.kind) {
      case 'reply':
        this.#pending.get(output.id)?.(output.result);
        this.#pending.delete(output.id);
        return;
      case 'notify':
        return this.#options.notice(output.notice);
      case 'renew':
        return this.#options.renew();
      case 'announce':
        return this.#signalling.announce();
      case 'watch':
        return this.#signalling.watch(output.name);
      case 'unwatch':
        return this.#signalling.unwatch(output.name);
      case 'signal':
        return this.#signalling.signal(output.envelope);
      case 'rtc':
        return this.#links.perform(output.link, output.operation);
      case 'frame':
        return this.#links.send(output.link, output.frame);
    }
  }

  #ask(question: Question<PeerOutput>, answer: (input: PeerInput) => void): void {
    const answered =
      question.kind === 'lookup'
        ? this.#options.store
            .entries(question.query)
            .then((rows): PeerInput => ({ kind: 'found', id: question.id, answer: rows }))
        : sealEntry(question.content, this.#options.identity).then(
            (seal): PeerInput => ({ kind: 'sealed', id: question.id, seal }),
          );
    answered.then(answer, (thrown: unknown) => this.#fail(BothyError.from(thrown)));
  }

  #fail(error: BothyError): void {
    if (this.#over) return;
    this.#end();
    void this.#signalling.stop();
    this.#options.failed(error);
  }

  #end(): void {
    this.#over = true;
    this.#loop.stop();
    this.#links.stop();
    for (const resolve of this.#pending.values()) resolve(endedResult);
    this.#pending.clear();
  }
}

const endedResult: CommandResult = {
  ok: false,
  code: 'storage_failed',
  message: 'Bothy had to start again and does not know whether this was done. Look, then try again.',
};

const busyResult: CommandResult = {
  ok: false,
  code: 'rate_limited',
  message: 'Too much is waiting to be stored. Try again in a moment.',
};

/** The random part of a boot: 13 characters of base32, 65 bits. */
function randomBootText(): string {
  return toBase32(crypto.getRandomValues(new Uint8Array(9))).slice(0, 13);
}
