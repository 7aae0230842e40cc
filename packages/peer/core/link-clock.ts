/**
 * How far the clock of the other side of a link is ahead of ours, by the pings that we send anyway. Rules PT… in SPEC.md.
 * It only tells people; nothing is ordered by it.
 */
import { type Now, type WallClockOffset, WallOffset } from '@bothy/protocols';
import { lastWallMs, type PingFrame, type PongFrame } from '@bothy/wire';

/** Pings that wait for their answer: those of 15 s of doubt, after which a link has ended, and some. */
const mostPings = 32;

export class LinkClock {
  readonly #offset = new WallOffset();
  /** When we asked, monotonic. */
  readonly #asked = new Set<number>();
  #told: WallClockOffset | undefined;

  /** What was last known that is worth telling; undefined before the first answer. */
  get told(): WallClockOffset | undefined {
    return this.#told;
  }

  ask(now: Now): PingFrame {
    this.#asked.add(now.monoMs);
    const [oldest] = this.#asked;
    if (this.#asked.size > mostPings && oldest !== undefined) this.#asked.delete(oldest);
    return { kind: 'ping', t: now.monoMs };
  }

  /** Whether there is something to tell that was not told before. Each ping has one answer; others say nothing. */
  answered({ t, at }: PongFrame, now: Now): boolean {
    if (!this.#asked.delete(t) || at === undefined) return false;
    this.#offset.add({ sentMs: t, heardMs: at, answeredMs: at, receivedMs: now.monoMs });
    const known = this.#offset.at(now);
    if (known === undefined || !isNews(known, this.#told)) return false;
    this.#told = known;
    return true;
  }

  /** We may have slept, which monotonic clocks do not always count. */
  forget(): void {
    this.#offset.reset();
    this.#asked.clear();
    this.#told = undefined;
  }
}

/** The answer to a ping. A clock that shows a time before 1970 is not worth telling of. */
export function pongTo({ t }: PingFrame, { wallMs }: Now): PongFrame {
  const isTime = Number.isInteger(wallMs) && wallMs >= 0 && wallMs <= lastWallMs;
  return isTime ? { kind: 'pong', t, at: wallMs } : { kind: 'pong', t };
}

/** Answers come every 5 s and say nearly the same: people are told what is outside of what they know, or half or twice as exact. */
function isNews(known: WallClockOffset, told: WallClockOffset | undefined): boolean {
  if (told === undefined || Math.abs(known.offsetMs - told.offsetMs) > told.errorMs) return true;
  return known.errorMs * 2 <= told.errorMs || known.errorMs >= told.errorMs * 2;
}
