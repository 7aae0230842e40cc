/**
 * Links between simulated nodes, as TCP gives them: in order within one link,
 * and nothing of it once it has ended. A partition or a reset ends a link; its
 * two sides hear of that at different times, or not at all (half open).
 */
import type { RoomClusterMessage } from '@bothy/rooms/core';
import type { Simulation } from '@bothy/simulator';
import type { NodeInfo } from '@bothy/wire';
import { decodeMessage, encodeMessage } from '@bothy/wire/cluster';

/** One node, as the links see it. */
export interface LinkEnd {
  readonly info: NodeInfo;
  alive(): boolean;
  up(node: NodeInfo, dialled: string | undefined): void;
  down(node: string): void;
  dialFailed(address: string): void;
  message(from: string, message: RoomClusterMessage): void;
}

export interface LinkFaults {
  readonly maxDelayMs: number;
  /** Chance that a message ends its link instead of arriving. */
  readonly reset: number;
  /** Chance that a side never hears that its link has ended. */
  readonly halfOpen: number;
}

interface Side {
  readonly end: LinkEnd;
  /** Nothing of this link happens at this side before. */
  readyMs: number;
  /** What this side believes. */
  up: boolean;
  lastArrivalMs: number;
}

interface Link {
  readonly dialler: Side;
  readonly listener: Side;
  open: boolean;
}

export class SimLinks {
  faults: LinkFaults;
  readonly #simulation: Simulation;
  readonly #ends = new Map<string, LinkEnd>();
  readonly #links = new Set<Link>();
  readonly #read = new WeakMap<RoomClusterMessage, RoomClusterMessage>();
  readonly #counts = new Map<RoomClusterMessage['kind'], number>();

  constructor(simulation: Simulation, faults: LinkFaults) {
    this.#simulation = simulation;
    this.faults = faults;
  }

  add(end: LinkEnd): void {
    this.#ends.set(end.info.id, end);
  }

  dial(from: LinkEnd, address: string): void {
    const target = [...this.#ends.values()].find(({ info }) => info.address === address);
    this.#simulation.after(this.#delay() * 2, () => {
      if (!from.alive()) return;
      if (target === undefined || !target.alive() || !this.#reachable(from, target))
        return from.dialFailed(address);
      const standing = this.#between(from.info.id, target.info.id);
      // The listener believes its old link: it is told first that it has ended.
      if (standing !== undefined) {
        if (standing.open && standing.dialler.up && standing.listener.up) return from.dialFailed(address);
        this.#endNow(standing);
      }
      this.#open(from, target, address);
    });
  }

  send(from: LinkEnd, to: string, given: RoomClusterMessage): void {
    const link = this.#between(from.info.id, to);
    if (link === undefined) return;
    const [own, other] = sidesOf(link, from);
    if (!own.up || !link.open) return;
    if (this.#random('reset').next() < this.faults.reset) {
      this.#simulation.note(`reset ${from.info.id} ${to}`);
      return this.#end(link);
    }
    const message = this.#overTheWire(given);
    const now = this.#simulation.nowMs;
    other.lastArrivalMs = Math.max(other.lastArrivalMs, other.readyMs, now + this.#delay());
    this.#simulation.after(other.lastArrivalMs - now, () => {
      if (!link.open || !other.up) return;
      if (!this.#reachable(own.end, other.end)) return this.#end(link);
      other.end.message(own.end.info.id, message);
    });
  }

  /** As bytes, and read from them: the first of each kind, then every 32nd, for all would take as long as the rest of a run. */
  #overTheWire(message: RoomClusterMessage): RoomClusterMessage {
    const known = this.#read.get(message);
    if (known !== undefined) return known;
    const count = (this.#counts.get(message.kind) ?? 0) + 1;
    this.#counts.set(message.kind, count);
    if (count % 32 !== 1) return message;
    const received = decodeMessage(encodeMessage(message));
    if (received.kind !== 'message') {
      const why = 'reason' in received ? received.reason : received.kind;
      this.#simulation.fail('nodes read what nodes write', `${message.kind}: ${why}`);
      return message;
    }
    const read = received.message as RoomClusterMessage;
    this.#read.set(message, read);
    return read;
  }

  /** One side ends it: at once there, and the other hears of it, or not. */
  hangUp(from: LinkEnd, to: string): void {
    const link = this.#between(from.info.id, to);
    if (link === undefined) return;
    const [own, other] = sidesOf(link, from);
    own.up = false;
    this.#endAt(link, other);
  }

  /** Its links carry nothing any more, and neither side is told: a cable was pulled out. */
  unplug(end: LinkEnd): void {
    for (const link of this.#links) {
      if (link.dialler.end === end || link.listener.end === end) link.open = false;
    }
  }

  /** A process ended: its links end without a word. */
  crash(end: LinkEnd): void {
    for (const link of [...this.#links]) {
      if (link.dialler.end !== end && link.listener.end !== end) continue;
      const [own, other] = sidesOf(link, end);
      own.up = false;
      this.#endAt(link, other);
    }
  }

  #open(from: LinkEnd, target: LinkEnd, address: string): void {
    const now = this.#simulation.nowMs;
    const side = (end: LinkEnd): Side => ({ end, readyMs: now + this.#delay(), up: false, lastArrivalMs: 0 });
    const link: Link = { dialler: side(from), listener: side(target), open: true };
    this.#links.add(link);
    for (const [own, other, dialled] of [
      [link.dialler, link.listener, address],
      [link.listener, link.dialler, undefined],
    ] as const) {
      this.#simulation.after(own.readyMs - now, () => {
        if (!link.open || !own.end.alive()) return this.#end(link);
        own.up = true;
        own.end.up(other.end.info, dialled);
      });
    }
  }

  #end(link: Link): void {
    this.#endAt(link, link.dialler);
    this.#endAt(link, link.listener);
  }

  #endNow(link: Link): void {
    for (const side of [link.dialler, link.listener]) {
      const other = side === link.dialler ? link.listener : link.dialler;
      if (side.up && side.end.alive()) side.end.down(other.end.info.id);
      side.up = false;
    }
    link.open = false;
    this.#links.delete(link);
  }

  /** This side hears of the end after a while; a half-open one only by its own heartbeats. */
  #endAt(link: Link, side: Side): void {
    link.open = false;
    const other = side === link.dialler ? link.listener : link.dialler;
    if (!side.up && !other.up) this.#links.delete(link);
    if (this.#random('half open').next() < this.faults.halfOpen) return;
    this.#simulation.after(this.#random('end').next() * 2_000, () => {
      if (!side.up || !this.#links.has(link)) return;
      side.up = false;
      if (!other.up) this.#links.delete(link);
      if (side.end.alive()) side.end.down(other.end.info.id);
    });
  }

  #between(one: string, other: string): Link | undefined {
    for (const link of this.#links) {
      const ids = [link.dialler.end.info.id, link.listener.end.info.id];
      if (ids.includes(one) && ids.includes(other)) return link;
    }
    return undefined;
  }

  #reachable(one: LinkEnd, other: LinkEnd): boolean {
    const { network } = this.#simulation;
    return network.reachable(one.info.id, other.info.id) && network.reachable(other.info.id, one.info.id);
  }

  #delay(): number {
    return this.#random('delay').next() * this.faults.maxDelayMs;
  }

  #random(concern: string) {
    return this.#simulation.random(`links/${concern}`);
  }
}

function sidesOf(link: Link, end: LinkEnd): readonly [own: Side, other: Side] {
  return link.dialler.end === end ? [link.dialler, link.listener] : [link.listener, link.dialler];
}
