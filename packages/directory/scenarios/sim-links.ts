/**
 * Links between simulated nodes, as the product has them: in order and without loss while they are up, and nothing of
 * one once it has ended. Its two sides hear of its beginning and of its end at different times.
 */
import type { Simulation } from '@bothy/simulator';
import type { DirectoryMessage } from '@bothy/wire';
import { decodeMessage, encodeMessage } from '@bothy/wire/cluster';

export interface LinkEnd {
  readonly id: string;
  alive(): boolean;
  up(node: string): void;
  down(node: string): void;
  message(from: string, message: DirectoryMessage): void;
}

export interface LinkFaults {
  readonly maxDelayMs: number;
  /** Chance that a message ends its link instead of arriving. */
  readonly reset: number;
  /** A side hears that its link has ended after this at most. */
  readonly maxNoticeMs: number;
}

interface Side {
  readonly end: LinkEnd;
  readonly readyMs: number;
  /** What this side believes. */
  up: boolean;
  /** It was told that it is up, or never will be. */
  isSettled: boolean;
  lastArrivalMs: number;
}

interface Link {
  readonly sides: readonly [Side, Side];
  open: boolean;
}

const lookEveryMs = 300;
/** One message in so many goes over the wire as bytes, for all would take as long as the rest of a run. */
const wireEvery = 64;

export class SimLinks {
  faults: LinkFaults;
  readonly #simulation: Simulation;
  readonly #ends: LinkEnd[] = [];
  readonly #links = new Map<string, Link>();
  /** Who has heard of whom: by `a b`, a before b. */
  readonly #acquainted = new Set<string>();
  #sent = 0;

  constructor(simulation: Simulation, faults: LinkFaults) {
    this.#simulation = simulation;
    this.faults = faults;
    this.#look();
  }

  add(end: LinkEnd): void {
    this.#ends.push(end);
  }

  /** From now on they are linked whenever that can be. */
  acquaint(one: string, other: string): void {
    this.#acquainted.add(keyOf(one, other));
  }

  send(from: LinkEnd, to: string, message: DirectoryMessage): void {
    const link = this.#links.get(keyOf(from.id, to));
    if (link === undefined) return;
    const [own, other] = sidesOf(link, from.id);
    if (!own.up || !link.open) return;
    if (this.#random('reset').next() < this.faults.reset) return this.#end(link);
    const sent = this.#overTheWire(message);
    const now = this.#simulation.nowMs;
    other.lastArrivalMs = Math.max(other.lastArrivalMs, other.readyMs, now + this.#delay());
    this.#simulation.after(other.lastArrivalMs - now, () => {
      if (!link.open || !other.up) return;
      if (!this.#reachable(own.end.id, other.end.id)) return this.#end(link);
      other.end.message(own.end.id, sent);
    });
  }

  /** To whom this one's links stand, as it believes. */
  upOf(end: LinkEnd): readonly string[] {
    return [...this.#links.values()].flatMap((link) => {
      if (!link.sides.some((side) => side.end === end)) return [];
      const [own, other] = sidesOf(link, end.id);
      return own.up ? [other.end.id] : [];
    });
  }

  /** A process ended: its links end without a word. */
  crash(end: LinkEnd): void {
    for (const link of [...this.#links.values()]) {
      if (!link.sides.some((side) => side.end === end)) continue;
      const [own] = sidesOf(link, end.id);
      own.up = false;
      own.isSettled = true;
      this.#end(link);
    }
  }

  #look(): void {
    this.#simulation.after(lookEveryMs * (0.5 + this.#random('look').next()), () => {
      for (const key of this.#acquainted) this.#lookAt(key);
      this.#look();
    });
  }

  #lookAt(key: string): void {
    const link = this.#links.get(key);
    if (link?.open === true) {
      const [one, other] = link.sides;
      // Heartbeats of links find out.
      if (!this.#reachable(one.end.id, other.end.id)) this.#end(link);
      return;
    }
    const [one, other] = key.split(' ').map((id) => this.#ends.find((end) => end.id === id));
    if (link !== undefined || one === undefined || other === undefined) return;
    if (one.alive() && other.alive() && this.#reachable(one.id, other.id)) this.#open(key, one, other);
  }

  #open(key: string, one: LinkEnd, other: LinkEnd): void {
    const now = this.#simulation.nowMs;
    const side = (end: LinkEnd): Side => {
      const readyMs = now + this.#delay();
      return { end, readyMs, up: false, isSettled: false, lastArrivalMs: 0 };
    };
    const link: Link = { sides: [side(one), side(other)], open: true };
    this.#links.set(key, link);
    for (const own of link.sides) {
      const [, peer] = sidesOf(link, own.end.id);
      this.#simulation.after(own.readyMs - now, () => {
        if (own.isSettled) return;
        own.isSettled = true;
        if (!link.open || !own.end.alive()) return this.#end(link);
        own.up = true;
        own.end.up(peer.end.id);
      });
    }
  }

  /** Nothing more arrives; each side hears of it after a while, and then there may be another. */
  #end(link: Link): void {
    link.open = false;
    for (const side of link.sides) {
      const [, peer] = sidesOf(link, side.end.id);
      const noticeMs = this.#random('notice').next() * this.faults.maxNoticeMs;
      this.#simulation.after(noticeMs, () => {
        side.isSettled = true;
        if (side.up) {
          side.up = false;
          if (side.end.alive()) side.end.down(peer.end.id);
        }
        const isOver = link.sides.every((each) => each.isSettled && !each.up);
        const key = keyOf(side.end.id, peer.end.id);
        if (isOver && this.#links.get(key) === link) this.#links.delete(key);
      });
    }
  }

  #overTheWire(message: DirectoryMessage): DirectoryMessage {
    this.#sent += 1;
    if (this.#sent % wireEvery !== 1) return message;
    const received = decodeMessage(encodeMessage({ kind: 'replicated', message }));
    if (received.kind === 'message' && received.message.kind === 'replicated')
      return received.message.message;
    const why = 'reason' in received ? received.reason : received.kind;
    this.#simulation.fail('nodes read what nodes write', `${message.kind}: ${why}`);
  }

  #reachable(one: string, other: string): boolean {
    const { network } = this.#simulation;
    return network.reachable(one, other) && network.reachable(other, one);
  }

  #delay(): number {
    return this.#random('delay').next() * this.faults.maxDelayMs;
  }

  #random(concern: string) {
    return this.#simulation.random(`links/${concern}`);
  }
}

function keyOf(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

function sidesOf({ sides }: Link, id: string): readonly [own: Side, other: Side] {
  const [one, other] = sides;
  return one.end.id === id ? [one, other] : [other, one];
}
