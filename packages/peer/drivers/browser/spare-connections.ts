/**
 * Connections made ahead, so that a link waits for none: one that has made its
 * offer and found its candidates, which then travel in the offer itself, and one
 * that is to answer. Each is used once. Links work without them, only later.
 */
import type { Clock, TimerHandle, Timers } from '@bothy/runtime';
import { frameChannel } from '@bothy/wire';

export interface PreparedConnection {
  readonly connection: RTCPeerConnection;
  readonly channel: RTCDataChannel;
  /** Its local offer is set. */
  readonly described: boolean;
}

export interface SpareConnectionsOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Makes a connection with its channel. Throws what the browser throws. */
  readonly make: () => Omit<PreparedConnection, 'described'>;
  /**
   * Whether offers are made ahead as well. Not with STUN or TURN servers: candidates keep an address at them
   * alive, all the time and for nothing.
   */
  readonly describe: boolean;
}

/** New ones are made when the link that took one is likely to stand. */
const refillAfterMs = 1_000;
/** Addresses of this machine may have changed unnoticed. */
const freshMs = 600_000;

interface Spare extends Omit<PreparedConnection, 'described'> {
  described: boolean;
  readonly madeMs: number;
}

export class SpareConnections {
  readonly #options: SpareConnectionsOptions;
  readonly #spares = new Map<'offer' | 'answer', Spare>();
  #refill: TimerHandle | null = null;
  #stopped = false;

  constructor(options: SpareConnectionsOptions) {
    this.#options = options;
  }

  /** The one for this use, or a new one. Throws what the browser throws when there is none and it makes no more. */
  take(use: 'offer' | 'answer'): PreparedConnection {
    const { clock, make, timers } = this.#options;
    this.#refill ??= this.#stopped ? null : timers.set(refillAfterMs, () => this.fill());
    const spare = this.#spares.get(use);
    // One whose offer is still being made is no help: it stays for the next.
    if (spare === undefined || (use === 'offer' && !spare.described)) return { ...make(), described: false };
    this.#spares.delete(use);
    if (isUsable(spare, clock.monoMs())) return spare;
    spare.connection.close();
    return { ...make(), described: false };
  }

  /** Makes what is missing. What cannot be made now is made when it is needed. */
  fill(): void {
    if (this.#refill !== null) this.#options.timers.clear(this.#refill);
    this.#refill = null;
    if (this.#stopped) return;
    try {
      if (!this.#spares.has('answer')) this.#spares.set('answer', this.#make());
      if (this.#spares.has('offer') || !this.#options.describe) return;
      const spare = this.#make();
      this.#spares.set('offer', spare);
      spare.connection.setLocalDescription().then(
        () => {
          spare.described = true;
        },
        () => this.#spares.delete('offer'),
      );
    } catch {
      // Too many connections in this page: whoever needs one is told.
    }
  }

  /** The network may be another: what was found on the old one is of no use. */
  renew(): void {
    this.#drop();
    this.#refill ??= this.#stopped ? null : this.#options.timers.set(refillAfterMs, () => this.fill());
  }

  stop(): void {
    this.#stopped = true;
    if (this.#refill !== null) this.#options.timers.clear(this.#refill);
    this.#drop();
  }

  #make(): Spare {
    return { ...this.#options.make(), described: false, madeMs: this.#options.clock.monoMs() };
  }

  #drop(): void {
    for (const { connection } of this.#spares.values()) connection.close();
    this.#spares.clear();
  }
}

function isUsable({ connection, madeMs }: Spare, nowMs: number): boolean {
  return connection.signalingState !== 'closed' && nowMs - madeMs < freshMs;
}

/** A connection with the channel that frames travel on. Throws what the browser throws. */
export function makeConnection(configuration: RTCConfiguration): Omit<PreparedConnection, 'described'> {
  const connection = new RTCPeerConnection(configuration);
  // Negotiated: both sides create it with the same id, so none has to wait for the other's event.
  const channel = connection.createDataChannel(frameChannel.label, {
    negotiated: true,
    id: frameChannel.id,
    ordered: true,
  });
  return { connection, channel };
}
