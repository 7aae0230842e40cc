/**
 * What devices say of each other's clocks, held against the truth, which only the simulated world knows. Not at any
 * moment: a clock may be set while the word of it is under way. Once faults have ended, all that is said is true.
 */
import type { PeerNotice } from '@bothy/peer/core';
import type { PeerDevice } from './peer-device.ts';

type LinkNotice = Extract<PeerNotice, { kind: 'link' }>;

/** A device's last word on a link. */
interface Word {
  readonly clock: LinkNotice['clock'];
  /** True time since when the link was open, by what was said; Infinity while it is not. */
  readonly openSinceMs: number;
  /** How far the clocks were apart when it was said. */
  readonly truthMs: number;
}

/** A heartbeat, and an answer that was lost on the way and sent again, and some. */
const knownAfterMs = 15_000;

export class ClockChecker {
  /** By device, then by that of the other side. */
  readonly #words = new Map<PeerDevice, Map<PeerDevice, Word>>();
  /** Links on which something was said of a clock, and was true. */
  checkedCount = 0;

  notice(device: PeerDevice, other: PeerDevice | undefined, { state, clock }: LinkNotice): void {
    if (other === undefined) return;
    const words = this.#words.get(device) ?? new Map<PeerDevice, Word>();
    this.#words.set(device, words);
    const before = words.get(other)?.openSinceMs ?? Infinity;
    const openSinceMs = state === 'open' ? Math.min(before, device.trueMs) : Infinity;
    words.set(other, { clock, openSinceMs, truthMs: aheadMs(device, other) });
  }

  /** Checked once faults have ended and the world has had time. */
  liveness(): string | undefined {
    for (const [device, words] of this.#words) {
      for (const [other, word] of words) {
        const problem = this.#check(device, other, word);
        if (problem !== undefined) return problem;
      }
    }
    return undefined;
  }

  #check(device: PeerDevice, other: PeerDevice, { clock, openSinceMs, truthMs }: Word): string | undefined {
    const who = `${device.who.name} on ${other.who.name}'s clock`;
    if (clock === undefined) {
      return device.trueMs - openSinceMs > knownAfterMs ? `${who}: nothing is known` : undefined;
    }
    const nowMs = aheadMs(device, other);
    // Nobody can see that a clock was set by less than the error. The clocks here show whole milliseconds.
    const setMs = Math.abs(nowMs - truthMs);
    const allowedMs = clock.errorMs + 1 + (setMs <= 2 * clock.errorMs ? setMs : 0);
    if (Math.abs(clock.offsetMs - nowMs) > allowedMs) {
      return `${who}: said to be ${clock.offsetMs} ms ahead, at most ${clock.errorMs} off, and it is ${nowMs}`;
    }
    this.checkedCount += 1;
    return undefined;
  }
}

function aheadMs(device: PeerDevice, other: PeerDevice): number {
  return other.process.wallMs - device.process.wallMs;
}
