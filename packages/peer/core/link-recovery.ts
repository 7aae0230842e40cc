/**
 * Trouble on a standing link: its ICE is kept and probed, then restarted, and
 * only when that finds no path is a new link made (design, section 6).
 *
 *   none ──disconnected, silence, wake──▶ probing ──2 s──▶ restarting ──8 s──▶ lost
 *     ▲                                      │                  │
 *     └────── any sign of life, connected ───┴──────────────────┘
 */
import type { PongFrame } from '@bothy/wire';
import { timing } from './config.ts';
import type { RemoteDevice } from './remote-device.ts';
import type { Step } from './step.ts';

export interface RecoveryListener {
  /** The path is in doubt. */
  unsteady(step: Step, device: RemoteDevice): void;
  /** The path is fine again, or there is news of a link that is. */
  steady(step: Step, device: RemoteDevice): void;
  /** Whether signalling can reach the device now. */
  canSignal(device: RemoteDevice): boolean;
  restart(step: Step, device: RemoteDevice): void;
  lost(step: Step, device: RemoteDevice): void;
}

export class LinkRecovery {
  readonly #listener: RecoveryListener;

  constructor(listener: RecoveryListener) {
    this.#listener = listener;
  }

  /** Something speaks against the path: ask for signs of life. */
  doubt(step: Step, device: RemoteDevice, restartAfterMs: number = timing.restartAfterMs): void {
    const { link } = device;
    if (link?.detector == null || link.trouble !== 'none') return;
    link.trouble = 'probing';
    this.#probe(step, device);
    // Both sides see it at about the same time: the impolite one acts, and glare is rare.
    const politeMs = device.polite ? timing.politeWaitMs : 0;
    step.setTimer(`restart ${device.key}`, restartAfterMs + politeMs);
  }

  /** We may have slept: what we knew of their clock is doubtful, too. */
  awake(step: Step, device: RemoteDevice): void {
    device.link?.clock.forget();
    this.doubt(step, device);
  }

  /** The connection gave its path up: nothing is gained by waiting. */
  failed(step: Step, device: RemoteDevice): void {
    if (device.link?.detector == null || device.link.trouble === 'restarting') return;
    this.#restart(step, device);
  }

  /** A frame came. The answer to a heartbeat teaches the rhythm, that to any ping what time it is there. */
  heard(step: Step, device: RemoteDevice, pong?: PongFrame): void {
    const { link } = device;
    if (link?.detector == null) return;
    if (pong?.t === link.beatMs) link.detector.beat(step.now.monoMs);
    else link.detector.heard(step.now.monoMs);
    const isNews = pong !== undefined && link.clock.answered(pong, step.now);
    if (link.trouble !== 'none') this.alive(step, device);
    else if (isNews) this.#listener.steady(step, device);
  }

  /** No sign of life where one was usual: ask, rather than wait for the silence that ends a link. */
  silenceTimerFired(step: Step, device: RemoteDevice): void {
    const detector = device.link?.detector;
    if (detector == null) return;
    const leftMs = detector.lateAtMs - step.now.monoMs;
    // Once in doubt, it is looked at again an interval later: by then it is heard again, or restarts, or is gone.
    step.setTimer(`silence ${device.key}`, leftMs > 0 ? leftMs : timing.heartbeatMs);
    if (leftMs <= 0) this.doubt(step, device);
  }

  /** A frame came, or the connection says so: the path is fine. */
  alive(step: Step, device: RemoteDevice): void {
    const { link } = device;
    if (link === null || link.trouble === 'none') return;
    link.trouble = 'none';
    for (const timer of ['probe', 'restart', 'attempt']) step.clearTimer(`${timer} ${device.key}`);
    this.#listener.steady(step, device);
  }

  probeTimerFired(step: Step, device: RemoteDevice): void {
    if (device.link?.trouble === 'none') return;
    // Answered at once on a good path; unanswered once, there is something to show.
    this.#listener.unsteady(step, device);
    this.#probe(step, device);
  }

  restartTimerFired(step: Step, device: RemoteDevice): void {
    if (device.link?.trouble === 'probing') this.#restart(step, device);
  }

  #restart(step: Step, device: RemoteDevice): void {
    const { link } = device;
    if (link === null) return;
    // Without signalling there is no restart: the link lives on in doubt until silence ends it.
    if (!this.#listener.canSignal(device)) return this.#listener.lost(step, device);
    link.trouble = 'restarting';
    this.#listener.unsteady(step, device);
    step.clearTimer(`restart ${device.key}`);
    step.setTimer(`attempt ${device.key}`, timing.restartTimeoutMs);
    this.#listener.restart(step, device);
    this.#probe(step, device);
  }

  #probe(step: Step, device: RemoteDevice): void {
    if (device.link === null) return;
    const { id, clock } = device.link;
    step.emit({ kind: 'frame', link: id, frame: clock.ask(step.now), early: true });
    step.setTimer(`probe ${device.key}`, timing.probeMs);
  }
}
