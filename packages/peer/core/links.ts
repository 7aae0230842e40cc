/**
 * Links to the devices of accepted contacts: when to dial, when to give up,
 * when to try again (design, section 6).
 *
 *   offline ◀──presence──▶ (idle) ──dial / offer──▶ connecting ──channel──▶ open
 *      ▲                      ▲                         │                    │
 *   waiting (no broker)       └── retry timer ── retrying ◀── timeout, lost ─┘
 *                                                   └─ five times ─▶ failed
 *
 * Only links fail: what people wrote stays pending for as long as it takes.
 */
import type { Random } from '@bothy/protocols';
import {
  type EnvelopeSender,
  type PersonId,
  type PongFrame,
  type Presence,
  parseDeviceKey,
} from '@bothy/wire';
import { bounds, type PeerConfig, timing } from './config.ts';
import type { Conversations } from './conversations.ts';
import type { EnvelopeWriter } from './envelope-writer.ts';
import type { RtcEvent } from './inputs.ts';
import { LinkNegotiation, type LinkSignal } from './link-negotiation.ts';
import { LinkRecovery } from './link-recovery.ts';
import type { LinkStage, LinkState } from './outputs.ts';
import { type Link, RemoteDevice } from './remote-device.ts';
import type { Step } from './step.ts';

export const linkTimers = [
  'dial',
  'attempt',
  'retry',
  'beat',
  'silence',
  'probe',
  'restart',
  'candidates',
] as const;
export type LinkTimer = (typeof linkTimers)[number];

export class Links {
  readonly #me: EnvelopeSender;
  readonly #random: Random;
  readonly #conversations: Conversations;
  readonly #negotiation: LinkNegotiation;
  readonly #recovery: LinkRecovery;
  readonly #devices = new Map<string, RemoteDevice>();
  #signallingUp = false;
  #linkCount = 0;

  constructor(config: PeerConfig, writer: EnvelopeWriter, conversations: Conversations, random: Random) {
    this.#me = config;
    this.#random = random;
    this.#conversations = conversations;
    this.#negotiation = new LinkNegotiation(config, writer, {
      describing: (step, device, stage, timeoutMs) => this.#stage(step, device, stage, timeoutMs),
      failed: (step, device) => this.#lost(step, device),
    });
    this.#recovery = new LinkRecovery({
      unsteady: (step, device) => this.#setState(step, device, 'connecting', 'connectivity'),
      steady: (step, device) => this.#setState(step, device, 'open', 'open'),
      canSignal: (device) => this.#signallingUp && device.online,
      restart: (step, device) => this.#restartIce(step, device),
      lost: (step, device) => this.#lost(step, device),
    });
  }

  signalling(step: Step, state: 'up' | 'down'): void {
    this.#signallingUp = state === 'up';
    for (const device of this.#devices.values()) {
      // Links that stand go on without the broker; attempts run into their time-out and then wait.
      if (device.link !== null) continue;
      if (state === 'up') device.backoff.reset();
      this.#consider(step, device);
    }
  }

  /** Verified presence of a device of an accepted contact. */
  presence(step: Step, presence: Presence): void {
    const device = this.#learn(step, presence.from, presence.boot);
    if (device === undefined || !device.isCurrentPresence(presence.connection)) return;
    device.seenMs = step.now.monoMs;
    this.#setOnline(step, device, presence.online);
    if (presence.online) {
      if (device.state === 'failed') device.backoff.reset();
      if (device.state !== 'retrying') this.#consider(step, device);
    } else if (device.link?.detector == null) {
      this.#drop(step, device);
      this.#consider(step, device);
    } else {
      // Either only the broker lost them, and they answer, or they are gone, which ICE would take long to notice.
      this.#recovery.doubt(step, device);
    }
  }

  /** A verified offer, answer or candidates from a device of an accepted contact. */
  envelope(step: Step, envelope: LinkSignal): void {
    const device = this.#learn(step, envelope.from, envelope.boot);
    if (device === undefined) {
      return step.refuse('stale_boot', `${envelope.from.name} signalled from an earlier start; not taken.`);
    }
    if (!device.rises(envelope)) {
      return step.refuse('replayed', `${envelope.from.name} signalled the same or an older thing again.`);
    }
    device.seenMs = step.now.monoMs;
    const link = this.#linkFor(step, device, envelope);
    if (link !== null) this.#negotiation.envelope(step, device, link, envelope);
    else if (envelope.kind === 'candidates') this.#negotiation.park(device, envelope);
  }

  /** The machine woke up, or the network is back: every link is looked after now. */
  awake(step: Step): void {
    for (const device of this.#devices.values()) {
      if (device.link !== null) this.#recovery.awake(step, device);
      else if (device.state === 'retrying' || device.state === 'failed') {
        device.backoff.reset();
        this.#consider(step, device);
      }
    }
  }

  /** The person asks: every device of theirs is tried now. False when there is none to try. */
  connect(step: Step, person: PersonId): boolean {
    for (const device of this.#of(person)) {
      if (device.link !== null) continue;
      device.backoff.reset();
      this.#consider(step, device, 'now');
    }
    return this.#of(person).some((device) => device.link !== null);
  }

  /** This link is made anew: what both sides said on it does not hold any more. */
  again(step: Step, linkId: string): void {
    const device = this.#byLink(linkId);
    if (device?.link != null) this.#lost(step, device);
  }

  rtc(step: Step, linkId: string, event: RtcEvent): void {
    const device = this.#byLink(linkId);
    if (device?.link == null) return;
    if (event.kind === 'channel') {
      if (event.state === 'open') this.#opened(step, device, device.link);
      else this.#lost(step, device);
    } else if (event.kind === 'connection') this.#connection(step, device, event.state);
    else this.#negotiation.rtc(step, device, device.link, event);
  }

  /** Any frame is a sign of life, and answers to our pings come at a rhythm. Returns the device it came from, or undefined when its link is gone. */
  heard(step: Step, linkId: string, pong?: PongFrame): RemoteDevice | undefined {
    const device = this.#byLink(linkId);
    if (device?.link?.detector == null) return device;
    this.#recovery.heard(step, device, pong);
    return device;
  }

  timer(step: Step, timer: LinkTimer, key: string): void {
    const device = this.#devices.get(key);
    if (device === undefined) return;
    if (timer === 'dial' || timer === 'retry') {
      if (device.link === null) this.#consider(step, device, 'now');
    } else if (timer === 'candidates') this.#negotiation.flushCandidates(step, device);
    else if (timer === 'beat') this.#beat(step, device);
    else if (timer === 'silence') this.#recovery.silenceTimerFired(step, device);
    else if (timer === 'probe') this.#recovery.probeTimerFired(step, device);
    else if (timer === 'restart') this.#recovery.restartTimerFired(step, device);
    else this.#lost(step, device);
  }

  /** A contact was removed: their devices are forgotten and their links closed. */
  forget(step: Step, person: PersonId): void {
    for (const device of this.#of(person)) this.#remove(step, device);
    step.notifyEarly({ kind: 'presence', person, online: false });
  }

  // --- what devices say -------------------------------------------------

  /** The device as of this boot; undefined when the boot is an old one. */
  #learn(step: Step, from: EnvelopeSender, boot: string): RemoteDevice | undefined {
    const key = `${from.person}/${from.device}`;
    const known = this.#devices.get(key);
    if (known === undefined) {
      const device = new RemoteDevice(this.#me, from, boot, this.#random);
      this.#devices.set(key, device);
      device.seenMs = step.now.monoMs;
      this.#forgetSilent(step, from.person);
      return device;
    }
    const age = known.compareBoot(boot);
    if (age === 'same') return known;
    if (age !== 'newer') return undefined;
    this.#drop(step, known);
    known.rebooted(boot);
    // Whatever was to be tried again was to the start before; this one is considered anew.
    known.state = 'offline';
    return known;
  }

  #setOnline(step: Step, device: RemoteDevice, online: boolean): void {
    if (device.online === online) return;
    const before = this.#of(device.person).some((other) => other.online);
    device.online = online;
    const after = this.#of(device.person).some((other) => other.online);
    if (before !== after) step.notifyEarly({ kind: 'presence', person: device.person, online: after });
  }

  /**
   * The link that an envelope is for. An offer of another connection, later
   * than everything of the one we negotiate with, means that the other side has
   * begun anew: then so do we.
   */
  #linkFor(step: Step, device: RemoteDevice, envelope: LinkSignal): Link | null {
    const { link } = device;
    if (link !== null && this.#negotiation.accepts(link, envelope)) return link;
    if (envelope.kind !== 'offer' || envelope.body.toSession !== null) return null;
    if (!device.isLaterSession(envelope.seq)) return null;
    this.#setOnline(step, device, true);
    this.#drop(step, device);
    return this.#newLink(step, device);
  }

  // --- the life of a link -----------------------------------------------

  /** Decides what to do about a device without a link. */
  #consider(step: Step, device: RemoteDevice, when: 'now' | 'politely' = 'politely'): void {
    if (device.link !== null) return;
    if (!device.online) return this.#setState(step, device, 'offline', 'presence');
    if (!this.#signallingUp) return this.#setState(step, device, 'waiting', 'broker');
    if (device.polite && when === 'politely') {
      this.#setState(step, device, 'connecting', 'offer');
      return step.setTimer(`dial ${device.key}`, timing.politeWaitMs);
    }
    const link = this.#newLink(step, device);
    this.#negotiation.dial(step, device, link);
  }

  #newLink(step: Step, device: RemoteDevice): Link {
    this.#linkCount += 1;
    this.#clearTimers(step, device);
    const link = device.newLink(`${device.key}#${this.#linkCount}`, this.#random);
    step.rtc(link.id, { kind: 'open' });
    this.#stage(step, device, 'offer', timing.answerTimeoutMs);
    return link;
  }

  #stage(step: Step, device: RemoteDevice, stage: LinkStage, timeoutMs: number): void {
    if (device.link !== null) device.link.stage = stage;
    this.#setState(step, device, 'connecting', stage);
    step.setTimer(`attempt ${device.key}`, timeoutMs);
  }

  #connection(step: Step, device: RemoteDevice, state: string): void {
    const isStanding = device.link?.detector != null;
    if (state === 'closed' || (state === 'failed' && !isStanding)) return this.#lost(step, device);
    if (state === 'failed') this.#recovery.failed(step, device);
    else if (state === 'disconnected') this.#recovery.doubt(step, device);
    else if (state === 'connected' && isStanding) this.#recovery.alive(step, device);
    else if (state === 'connected') this.#stage(step, device, 'channel', timing.answerTimeoutMs);
  }

  /** Keeps the connection and its channel, and looks for a path anew. */
  #restartIce(step: Step, device: RemoteDevice): void {
    if (device.link === null) return;
    step.rtc(device.link.id, { kind: 'restartIce' });
    this.#negotiation.dial(step, device, device.link);
  }

  #opened(step: Step, device: RemoteDevice, link: Link): void {
    link.stage = 'open';
    link.detector = device.newDetector(step.now.monoMs);
    device.backoff.reset();
    device.early = null;
    step.clearTimer(`attempt ${device.key}`);
    step.setTimer(`beat ${device.key}`, timing.heartbeatMs);
    this.#recovery.silenceTimerFired(step, device);
    this.#setState(step, device, 'open', 'open');
    this.#conversations.linkOpened(step, link.id, device.person, device.key);
  }

  #beat(step: Step, device: RemoteDevice): void {
    const { link } = device;
    if (link?.detector == null) return;
    const silent = link.detector.state(step.now.monoMs);
    if (silent === 'dead') return this.#lost(step, device);
    link.beatMs = step.now.monoMs;
    step.emit({ kind: 'frame', link: link.id, frame: link.clock.ask(step.now), early: true });
    step.setTimer(`beat ${device.key}`, timing.heartbeatMs);
  }

  /** A link failed or an attempt came to nothing: try again later, and in the end wait to be asked. */
  #lost(step: Step, device: RemoteDevice): void {
    const stage = device.link?.stage ?? 'offer';
    this.#drop(step, device);
    if (!device.online || !this.#signallingUp) return this.#consider(step, device);
    const delayMs = device.backoff.next();
    if (delayMs === undefined) return this.#setState(step, device, 'failed', stage);
    step.setTimer(`retry ${device.key}`, delayMs);
    this.#setState(step, device, 'retrying', stage, delayMs);
  }

  /** Closes the link, if there is one, and everything that was to happen to it. */
  #drop(step: Step, device: RemoteDevice): void {
    this.#clearTimers(step, device);
    const { link } = device;
    if (link === null) return;
    device.link = null;
    step.rtc(link.id, { kind: 'close' });
    this.#conversations.linkClosed(step, link.id);
  }

  #clearTimers(step: Step, device: RemoteDevice): void {
    for (const timer of linkTimers) step.clearTimer(`${timer} ${device.key}`);
  }

  // --- who there is -----------------------------------------------------

  #of(person: PersonId): RemoteDevice[] {
    return [...this.#devices.values()].filter((device) => device.person === person);
  }

  #byLink(linkId: string): RemoteDevice | undefined {
    const key = linkId.slice(0, linkId.lastIndexOf('#'));
    const device = parseDeviceKey(key) === undefined ? undefined : this.#devices.get(key);
    return device?.link?.id === linkId ? device : undefined;
  }

  #forgetSilent(step: Step, person: PersonId): void {
    const devices = this.#of(person);
    if (devices.length <= bounds.devicesPerContact) return;
    const rank = (device: RemoteDevice): number =>
      device.link?.detector != null ? 2 : device.online ? 1 : 0;
    devices.sort((a, b) => rank(a) - rank(b) || a.seenMs - b.seenMs);
    const [oldest] = devices;
    if (oldest !== undefined) this.#remove(step, oldest);
  }

  #remove(step: Step, device: RemoteDevice): void {
    this.#drop(step, device);
    this.#devices.delete(device.key);
    this.#setState(step, device, 'offline', 'presence');
  }

  #setState(step: Step, device: RemoteDevice, state: LinkState, stage: LinkStage, retryInMs?: number): void {
    device.state = state;
    step.notifyEarly(device.notice(stage, retryInMs));
  }
}
