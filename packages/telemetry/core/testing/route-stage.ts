/** Drives a routes core by hand in tests: its clock, its timers, its disk, and targets that answer as told. */
import { type Core, type Random, seededRandom } from '@bothy/protocols';
import type { Alarm, AlarmId, AlarmRoute } from '@bothy/wire';
import { VirtualTimers } from '../backtest/virtual-timers.ts';
import type { AttemptResult, RouteConfig, RouteInput, RouteOutput } from '../routes/messages.ts';
import type { Delivery, RouteMark, RouteSnapshot, RouteWrite } from '../routes/records.ts';
import { RoutesCore } from '../routes/routes-core.ts';
import { startWallMs } from './engine-desk.ts';
import { exampleAlarm } from './example-alarm.ts';

export type RoutesCoreMaker = (
  config: RouteConfig,
  snapshot: RouteSnapshot,
  random: Random,
) => Core<RouteInput, RouteOutput>;

export type Answer = AttemptResult | 'later';

const make: RoutesCoreMaker = (...args) => new RoutesCore(...args);

export class RouteStage {
  readonly #make: RoutesCoreMaker;
  readonly #config: RouteConfig;
  readonly #deliveries = new Map<string, Delivery>();
  readonly #marks = new Map<string, RouteMark>();
  readonly #alarms = new Map<AlarmId, Alarm>();
  #routes: readonly AlarmRoute[] = [];
  #timers = new VirtualTimers();
  #starts = 0;
  core: Core<RouteInput, RouteOutput>;
  nowMs = 0;
  wallOffsetMs = startWallMs;
  /** How targets answer; `later`: the test does it by `attempted`. */
  answer: (delivery: Delivery) => Answer = () => ({ ok: true });
  /** What arrived: second, route, and `news edge/rule` for each line. */
  readonly arrived: string[] = [];
  /** When each delivery arrived, by its id. */
  readonly arrivedMs = new Map<string, number>();
  /** Attempts that have no answer yet. */
  readonly open: { readonly delivery: Delivery; readonly attempt: number }[] = [];
  /** Every attempt. */
  readonly attempts: { readonly atMs: number; readonly delivery: Delivery; readonly attempt: number }[] = [];
  readonly history: string[] = [];
  /** What was told before it was stored. */
  unstored = 0;

  constructor(routes: readonly AlarmRoute[], config: RouteConfig = {}, maker: RoutesCoreMaker = make) {
    this.#config = config;
    this.#make = maker;
    this.core = this.#started();
    this.step({ kind: 'routes', routes });
  }

  get now(): { monoMs: number; wallMs: number } {
    return { monoMs: this.nowMs, wallMs: this.nowMs + this.wallOffsetMs };
  }

  alarmNow(id: AlarmId): Alarm | undefined {
    return this.#alarms.get(id);
  }

  get stored() {
    return { deliveries: [...this.#deliveries.values()], marks: [...this.#marks.values()] };
  }

  /** An alarm opens or changes; its version, count and times follow from what it was. */
  alarm(change: Partial<Alarm> = {}): this {
    const { id } = exampleAlarm(change);
    const known = this.#alarms.get(id);
    const { wallMs } = this.now;
    const isNew = known === undefined || (change.active === true && !known.active);
    const openedMs = isNew ? wallMs : known.openedMs;
    const count = (known?.count ?? 0) + (isNew ? 1 : 0);
    const version = (known?.version ?? 0) + 1;
    const fresh = isNew ? { active: true, acknowledged: false } : {};
    const alarm = {
      ...(known ?? exampleAlarm(change)),
      ...fresh,
      ...change,
      id,
      openedMs,
      count,
      version,
      lastMs: wallMs,
    };
    this.#alarms.set(id, alarm);
    return this.step({ kind: 'alarm', alarm });
  }

  /** Many at once, at edges `<prefix>1`, `<prefix>2` … */
  storm(count: number, prefix = 'edge-', change: Partial<Alarm> = {}): this {
    for (let i = 1; i <= count; i++) this.alarm({ edge: `${prefix}${i}`, ...change });
    return this;
  }

  shelve(on: boolean, id: AlarmId = exampleAlarm().id): this {
    const known = this.#alarms.get(id) ?? exampleAlarm();
    const { shelvedUntilMs: _, ...off } = known;
    const next = {
      ...(on ? { ...off, shelvedUntilMs: this.now.wallMs + 1_000 } : off),
      version: known.version + 1,
    };
    this.#alarms.set(next.id, next);
    return this.step({ kind: 'alarm', alarm: next });
  }

  wait(ms: number): this {
    const endMs = this.nowMs + ms;
    for (let due = this.#timers.take(endMs); due !== undefined; due = this.#timers.take(endMs)) {
      this.nowMs = Math.max(this.nowMs, due.dueMs);
      this.step({ kind: 'timer', key: due.key });
    }
    this.nowMs = endMs;
    return this;
  }

  /** The program ends and starts again; `meanwhile` happens to alarms without this core hearing of it. */
  restart(awayMs = 0, meanwhile: (alarm: Alarm) => Alarm = (alarm) => alarm): this {
    this.#timers = new VirtualTimers();
    this.open.length = 0;
    this.nowMs += awayMs;
    for (const [id, alarm] of this.#alarms) this.#alarms.set(id, meanwhile(alarm));
    this.core = this.#started();
    return this;
  }

  step(input: RouteInput): this {
    const asked: { delivery: Delivery; attempt: number }[] = [];
    for (const output of this.core.step(input, this.now)) {
      switch (output.kind) {
        case 'persist':
          for (const write of output.writes) this.#write(write);
          break;
        case 'setTimer':
          this.#timers.set(output.key, this.nowMs + output.afterMs);
          break;
        case 'clearTimer':
          this.#timers.set(output.key, Infinity);
          break;
        case 'told':
          this.history.push(`${output.outcome} ${output.alarms.length}: ${output.text}`);
          break;
        case 'tell':
          if (!this.#deliveries.has(output.delivery.id)) this.unstored += 1;
          asked.push(output);
      }
    }
    // A target answers after the core is done, as every target does.
    for (const { delivery, attempt } of asked) this.#tell(delivery, attempt);
    return this;
  }

  #tell(delivery: Delivery, attempt: number): void {
    this.attempts.push({ atMs: this.nowMs, delivery, attempt });
    const result = this.answer(delivery);
    if (result === 'later') this.open.push({ delivery, attempt });
    else this.settle(delivery, attempt, result);
  }

  /** The target answers. */
  settle(delivery: Delivery, attempt: number, result: AttemptResult): void {
    if (result.ok) {
      if (!this.arrivedMs.has(delivery.id)) this.arrivedMs.set(delivery.id, this.nowMs);
      const lines = delivery.lines.map(({ news, alarm }) => `${news} ${alarm.edge}/${alarm.rule}`);
      const more = delivery.more.length > 0 ? ` +${delivery.more.length}` : '';
      this.arrived.push(`${this.nowMs / 1_000} ${delivery.route}: ${lines.join(', ')}${more}`);
    }
    this.step({ kind: 'attempted', delivery: delivery.id, attempt, result });
  }

  #started(): Core<RouteInput, RouteOutput> {
    this.#starts += 1;
    const snapshot = { routes: this.#routes, ...this.stored };
    this.core = this.#make(this.#config, snapshot, seededRandom(`start ${this.#starts}`));
    this.step({ kind: 'start', alarms: [...this.#alarms.values()] });
    return this.core;
  }

  #write(write: RouteWrite): void {
    switch (write.kind) {
      case 'putDelivery':
        return void this.#deliveries.set(write.delivery.id, JSON.parse(JSON.stringify(write.delivery)));
      case 'deleteDelivery':
        return void this.#deliveries.delete(write.id);
      case 'putMark':
        return void this.#marks.set(`${write.mark.route} ${write.mark.alarm}`, { ...write.mark });
      case 'deleteMark':
        return void this.#marks.delete(`${write.route} ${write.alarm}`);
      case 'putRoutes':
        this.#routes = write.routes;
    }
  }
}
