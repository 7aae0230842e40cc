/**
 * Addresses at which no link stands, tried again and again. A dial that is under way is waited for; after one that
 * failed the wait doubles, up to a bound.
 */
import { ExponentialBackoff, type Random } from '@bothy/protocols';
import { type RoomsConfig, timing } from './config.ts';
import type { Step } from './step.ts';

interface Address {
  readonly backoff: ExponentialBackoff;
  dialling: boolean;
}

export class Dialling {
  readonly #config: RoomsConfig;
  readonly #random: Random;
  readonly #addresses = new Map<string, Address>();

  constructor(config: RoomsConfig, random: Random) {
    this.#config = config;
    this.#random = random;
  }

  want(step: Step, address: string, backoff = this.newBackoff(), afterMs = 0): void {
    if (address === this.#config.self.address || this.#addresses.has(address)) return;
    this.#addresses.set(address, { backoff, dialling: afterMs === 0 });
    if (afterMs === 0) step.emit({ kind: 'dial', address, early: true });
    else step.setTimer(`dial ${address}`, afterMs);
  }

  failed(step: Step, address: string): void {
    const wanted = this.#addresses.get(address);
    if (wanted === undefined) return;
    wanted.dialling = false;
    step.setTimer(`dial ${address}`, wanted.backoff.next() ?? timing.dialAgainMaxMs);
  }

  timerFired(step: Step, address: string): void {
    const wanted = this.#addresses.get(address);
    if (wanted === undefined || wanted.dialling) return;
    wanted.dialling = true;
    step.emit({ kind: 'dial', address, early: true });
  }

  /** A link to it stands. */
  stop(step: Step, address: string): void {
    if (this.#addresses.delete(address)) step.clearTimer(`dial ${address}`);
  }

  /** Nobody is there any more; an address from the options is tried all the same. */
  unwant(step: Step, address: string): void {
    if (!this.#config.join.includes(address)) this.stop(step, address);
  }

  newBackoff(): ExponentialBackoff {
    const options = {
      baseMs: timing.dialAgainMs,
      factor: 2,
      maxMs: timing.dialAgainMaxMs,
      maxAttempts: Number.POSITIVE_INFINITY,
      jitter: 'equal',
    } as const;
    return new ExponentialBackoff(options, this.#random);
  }
}
