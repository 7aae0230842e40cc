/**
 * How far the clock of another node is off, by heartbeats both ways: each says when it was sent, and when the last one of
 * the other side came. To be shown to people: nothing here depends on it.
 */
import { type Now, WallOffset } from '@bothy/protocols';
import type { RoomClusterMessage } from './inputs.ts';

type Heartbeat = Extract<RoomClusterMessage, { readonly kind: 'heartbeat' }>;
type Stamps = Pick<Heartbeat, 'sentMs' | 'heard'>;

/** Heartbeats of ours that may still be answered. */
const mostSent = 4;

export class NodeClock {
  readonly #offset = new WallOffset();
  /** When each was sent by our monotonic clock, by what it said. */
  readonly #sent = new Map<number, number>();
  #heard: Stamps['heard'];

  /** What goes with a heartbeat that is sent now. */
  stamps({ wallMs, monoMs }: Now): Stamps {
    const sentMs = Math.max(0, Math.floor(wallMs));
    this.#sent.set(sentMs, monoMs);
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > mostSent && oldest !== undefined) this.#sent.delete(oldest);
    return this.#heard === undefined ? { sentMs } : { sentMs, heard: this.#heard };
  }

  heard({ sentMs, heard }: Stamps, { wallMs, monoMs }: Now): void {
    if (sentMs === 0) return;
    this.#heard = { sentMs, heardMs: Math.max(0, Math.floor(wallMs)) };
    const ownMs = heard === undefined ? undefined : this.#sent.get(heard.sentMs);
    if (heard === undefined || ownMs === undefined) return;
    // Each is one exchange: answered again, its delay would be that of our own rhythm.
    this.#sent.delete(heard.sentMs);
    this.#offset.add({ sentMs: ownMs, heardMs: heard.heardMs, answeredMs: sentMs, receivedMs: monoMs });
  }

  at(now: Now): ReturnType<WallOffset['at']> {
    return this.#offset.at(now);
  }
}
