/**
 * Which route tells what, and when. Pure (design, section 1). Rules TRT1… in SPEC.md.
 *
 * A route has one delivery on its way at most. What comes meanwhile waits in how alarms stand, not in a queue: when the
 * delivery has arrived, the next one says everything that is news by then, in one piece. So nothing grows while a target
 * is away, and nobody is told at noon, line by line, what went on all night.
 */
import { type Core, type Now, type Random, TokenBucket } from '@bothy/protocols';
import type { Alarm, AlarmId, AlarmRoute } from '@bothy/wire';
import { monoOf } from './ages.ts';
import type { RouteConfig, RouteInput, RouteOutput } from './messages.ts';
import type { RouteSnapshot } from './records.ts';
import { RouteEntry } from './route-entry.ts';
import { deleteMark, RouteTeller } from './route-teller.ts';

const minuteMs = 60_000;
const minuteTimer = 'minute';
const nothing: readonly RouteOutput[] = Object.freeze([]);
const emptyRoutes: RouteSnapshot = { routes: [], deliveries: [], marks: [] };

export class RoutesCore implements Core<RouteInput, RouteOutput> {
  readonly #config: Required<RouteConfig>;
  readonly #teller: RouteTeller;
  #restored: RouteSnapshot;

  /** `start` is the first input. Throws a RangeError when the configuration is out of its range. */
  constructor(config: RouteConfig, snapshot: RouteSnapshot = emptyRoutes, random: Random) {
    this.#config = {
      zoneOffset: config.zoneOffset ?? (() => 0),
      atOnce: config.atOnce ?? 3,
      gatherMs: config.gatherMs ?? 5_000,
      burst: config.burst ?? 20,
      perDeliveryMs: config.perDeliveryMs ?? 30_000,
      giveUpMs: config.giveUpMs ?? 86_400_000,
      mostMarks: config.mostMarks ?? 100_000,
    };
    for (const [name, value] of Object.entries(this.#config)) {
      if (typeof value === 'number' && !(value > 0)) throw new RangeError(`${name} must be above 0`);
    }
    this.#teller = new RouteTeller(this.#config, random);
    this.#restored = snapshot;
  }

  step(input: RouteInput, now: Now): readonly RouteOutput[] {
    this.#take(input, now);
    const { outputs } = this.#teller;
    if (outputs.length === 0) return nothing;
    this.#teller.outputs = [];
    return outputs;
  }

  get routes(): readonly AlarmRoute[] {
    return [...this.#teller.entries.values()].map(({ route }) => route);
  }

  /** What is on its way, and how often it failed. */
  get deliveries(): readonly { readonly route: string; readonly failures: number }[] {
    return [...this.#teller.entries.values()].flatMap(({ route, delivery }) =>
      delivery === undefined ? [] : [{ route: route.name, failures: delivery.delivery.failures }],
    );
  }

  #take(input: RouteInput, now: Now): void {
    switch (input.kind) {
      case 'start':
        return this.#start(input.alarms, now);
      case 'alarm':
        return this.#alarm(input.alarm, now);
      case 'removed':
        return this.#removed(input.alarm);
      case 'routes':
        this.#teller.write([{ kind: 'putRoutes', routes: input.routes }]);
        return this.#setRoutes(input.routes, now);
      case 'person':
        return this.#person(input.name, input.present, now);
      case 'attempted':
        return this.#teller.attempted(input.delivery, input.attempt, input.result, now);
      case 'timer':
        return this.#timer(input.key, now);
    }
  }

  #start(alarms: readonly Alarm[], now: Now): void {
    const teller = this.#teller;
    const { routes, deliveries, marks } = this.#restored;
    this.#restored = emptyRoutes;
    for (const alarm of alarms) {
      teller.watched.set(alarm.id, { alarm, openedMonoMs: monoOf(alarm.openedMs, now) });
    }
    for (const route of routes) teller.entries.set(route.name, this.#newEntry(route, now));
    for (const mark of marks) {
      const entry = teller.entries.get(mark.route);
      if (entry === undefined || !teller.watched.has(mark.alarm)) {
        teller.write([deleteMark(mark.route, mark.alarm)]);
        continue;
      }
      entry.restore(mark, now);
      teller.marks += 1;
    }
    for (const delivery of deliveries) {
      const entry = teller.entries.get(delivery.route);
      if (entry === undefined) teller.write([{ kind: 'deleteDelivery', id: delivery.id }]);
      else teller.resume(entry, delivery, now);
    }
    this.#lookAtAll(teller.entries.values(), now);
    this.#minute(now);
  }

  #alarm(alarm: Alarm, now: Now): void {
    const teller = this.#teller;
    const known = teller.watched.get(alarm.id);
    const openedMonoMs = known?.alarm.count === alarm.count ? known.openedMonoMs : now.monoMs;
    const watched = { alarm, openedMonoMs };
    teller.watched.set(alarm.id, watched);
    for (const entry of teller.entries.values()) teller.consider(entry, watched, now);
    teller.letGo(alarm);
  }

  #removed(id: AlarmId): void {
    this.#teller.watched.delete(id);
    for (const entry of this.#teller.entries.values()) {
      entry.waiting.delete(id);
      this.#teller.unmark(entry, id);
    }
  }

  /** Notes all before anything is told, so that it is told together. */
  #lookAtAll(entries: Iterable<RouteEntry>, now: Now): void {
    const teller = this.#teller;
    for (const entry of entries) {
      for (const watched of teller.watched.values()) teller.note(entry, watched);
      teller.look(entry, now);
    }
    for (const { alarm } of [...teller.watched.values()]) teller.letGo(alarm);
  }

  // --- time, people, routes ----------------------------------------------------

  #timer(key: string, now: Now): void {
    if (key === minuteTimer) return this.#minute(now);
    for (const entry of this.#teller.entries.values()) {
      if (entry.timerKey === key) {
        entry.armedMs = Infinity;
        return this.#teller.look(entry, now);
      }
      if (entry.delivery?.timerKey === key) return this.#teller.waited(entry.delivery, now);
    }
  }

  /** Wall time may have jumped since: hours are looked at, not waited for. */
  #minute(now: Now): void {
    const timed = [...this.#teller.entries.values()].filter(({ route }) => route.quiet !== undefined);
    const zoneMinutes = this.#config.zoneOffset(now.wallMs);
    this.#lookAtAll(
      timed.filter((entry) => entry.checkHours(now.wallMs, zoneMinutes)),
      now,
    );
    if (timed.length === 0) return;
    const afterMs = minuteMs - (((now.wallMs % minuteMs) + minuteMs) % minuteMs);
    this.#teller.outputs.push({ kind: 'setTimer', key: minuteTimer, afterMs });
  }

  #person(name: string, present: boolean, now: Now): void {
    const teller = this.#teller;
    if (!present) return void teller.present.delete(name);
    if (teller.present.has(name)) return;
    teller.present.add(name);
    for (const entry of teller.entries.values()) {
      const { to } = entry.route;
      if (to.kind !== 'person' || to.name !== name) continue;
      // They have just come: what waits for a later attempt need not wait.
      if (entry.delivery !== undefined && entry.delivery.call === undefined)
        teller.attempt(entry.delivery, now);
      teller.look(entry, now);
    }
  }

  #setRoutes(routes: readonly AlarmRoute[], now: Now): void {
    const teller = this.#teller;
    const before = teller.entries;
    teller.entries = new Map();
    for (const route of routes) {
      const entry = before.get(route.name) ?? this.#newEntry(route, now);
      before.delete(route.name);
      teller.entries.set(route.name, entry);
      entry.route = route;
      entry.checkHours(now.wallMs, this.#config.zoneOffset(now.wallMs));
      if (entry.delivery === undefined) continue;
      entry.delivery.delivery = { ...entry.delivery.delivery, to: route.to };
      teller.write([{ kind: 'putDelivery', delivery: entry.delivery.delivery }]);
    }
    for (const entry of before.values()) this.#bury(entry);
    teller.targets.keepOnly(routes.map(({ to }) => to));
    this.#lookAtAll(teller.entries.values(), now);
    this.#minute(now);
  }

  #bury(entry: RouteEntry): void {
    const { outputs } = this.#teller;
    for (const id of [...entry.told.keys()]) this.#teller.unmark(entry, id);
    outputs.push({ kind: 'clearTimer', key: entry.timerKey });
    if (entry.delivery === undefined) return;
    this.#teller.write([{ kind: 'deleteDelivery', id: entry.delivery.delivery.id }]);
    outputs.push({ kind: 'clearTimer', key: entry.delivery.timerKey });
  }

  #newEntry(route: AlarmRoute, now: Now): RouteEntry {
    const { atOnce, gatherMs, burst, perDeliveryMs, zoneOffset } = this.#config;
    const rate = new TokenBucket({ burst, perSecond: 1_000 / perDeliveryMs }, now.monoMs);
    const pace = new TokenBucket({ burst: atOnce, perSecond: 1_000 / gatherMs }, now.monoMs);
    const entry = new RouteEntry(route, rate, pace);
    entry.checkHours(now.wallMs, zoneOffset(now.wallMs));
    return entry;
  }
}
