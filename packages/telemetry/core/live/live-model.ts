/**
 * What dashboards see now, and what is new for each of them. Rules TVL1… in SPEC.md. It has no clock: who uses it asks
 * when the next tick is due, and takes it then.
 *
 *   readings, states ─▶ sensors, edges (whole) ─▶ snapshot
 *                   └─▶ news of each audience ──▶ one tick for all its sessions
 */
import {
  type EdgeId,
  type EdgeStatus,
  type LiveEdge,
  type LiveSensor,
  liveLimits,
  type SensorName,
  sensorKey,
  type TelemetryFigures,
  type TelemetryTick,
} from '@bothy/wire';
import { Audience, type FullSubscription } from './audience.ts';
import { type ShownReading, ShownSensor } from './live-sensor.ts';

export interface LiveModelOptions {
  /** Sensors that are shown; further ones are stored all the same. About 2 KB each. @default 20000 */
  readonly mostSensors?: number;
}

export interface DueTick {
  readonly sessions: readonly string[];
  readonly tick: TelemetryTick;
}

/** Values of all sparklines of one snapshot: a megabyte of JSON. */
const recentOfSnapshot = 60_000;
/** Readings of one tick: what a screen can show anew, and a frame of a few megabytes at most. */
const readingsOfTick = 50_000;
const figuresEveryMs = 1_000;

export class LiveModel {
  readonly #mostSensors: number;
  readonly #sensors = new Map<string, ShownSensor>();
  readonly #edges = new Map<EdgeId, LiveEdge>();
  readonly #audiences = new Map<string, Audience>();
  readonly #sessions = new Map<string, Audience>();
  #notShown = 0;
  #figuresMs = Number.NEGATIVE_INFINITY;

  constructor({ mostSensors = 20_000 }: LiveModelOptions = {}) {
    this.#mostSensors = mostSensors;
  }

  /** Readings of sensors for which there is no room. */
  get notShown(): number {
    return this.#notShown;
  }

  reading(reading: ShownReading): void {
    const { edge, sensor } = reading;
    const isNew = !this.#sensors.has(sensorKey(edge, sensor));
    const shown = this.#sensor(edge, sensor);
    if (shown === undefined) {
      this.#notShown += 1;
      return;
    }
    const change = shown.take(reading);
    if (change === 'none') return;
    for (const audience of this.#audiences.values()) {
      if (!audience.wants(edge, sensor)) continue;
      audience.readings.set(shown, (audience.readings.get(shown) ?? 0) + 1);
      if (isNew || change === 'whole') audience.whole.add(shown);
    }
  }

  /** An edge as it is now; its status says how its sensors are. */
  edge(edge: LiveEdge): void {
    this.#edges.set(edge.edge, edge);
    for (const audience of this.#audiences.values()) {
      if (audience.wantsEdge(edge.edge)) audience.edges.set(edge.edge, edge);
    }
    this.#describe(edge.edge, edge.status);
  }

  /** A sensor, or an edge with all its sensors, is gone for good. */
  forget(edge: EdgeId, sensor?: SensorName): void {
    if (sensor === undefined) this.#edges.delete(edge);
    const gone = [...this.#sensors.values()].filter(
      (shown) => shown.edge === edge && (sensor === undefined || shown.sensor === sensor),
    );
    for (const shown of gone) {
      this.#sensors.delete(sensorKey(shown.edge, shown.sensor));
      for (const audience of this.#audiences.values()) {
        audience.readings.delete(shown);
        audience.whole.delete(shown);
        if (audience.wants(edge, shown.sensor)) audience.gone.add(sensorKey(edge, shown.sensor));
      }
    }
    for (const audience of this.#audiences.values()) if (sensor === undefined) audience.edges.delete(edge);
  }

  /** A session follows these from now on, in place of what it followed. */
  subscribe(session: string, subscription: FullSubscription): void {
    this.unsubscribe(session);
    const key = Audience.keyOf(subscription);
    const audience = this.#audiences.get(key) ?? new Audience(subscription);
    this.#audiences.set(key, audience);
    audience.sessions.add(session);
    this.#sessions.set(session, audience);
  }

  unsubscribe(session: string): void {
    const audience = this.#sessions.get(session);
    if (audience === undefined) return;
    this.#sessions.delete(session);
    audience.sessions.delete(session);
    if (audience.sessions.size > 0) return;
    for (const [key, each] of this.#audiences) if (each === audience) this.#audiences.delete(key);
  }

  get subscribers(): number {
    return this.#sessions.size;
  }

  get sensorCount(): number {
    return this.#sensors.size;
  }

  edges(): readonly LiveEdge[] {
    return [...this.#edges.values()];
  }

  edgeOf(edge: EdgeId): LiveEdge | undefined {
    return this.#edges.get(edge);
  }

  sensor(edge: EdgeId, sensor: SensorName): LiveSensor | undefined {
    return this.#sensors.get(sensorKey(edge, sensor))?.shown(liveLimits.recent);
  }

  /** Sensors that a subscription names, with sparklines as long as fit. */
  sensors(wanted: Pick<FullSubscription, 'sensors'> = { sensors: ['*'] }): readonly LiveSensor[] {
    const audience = new Audience({ ...wanted, alarms: false, everyMs: liveLimits.defaultTickMs });
    const found = [...this.#sensors.values()].filter(({ edge, sensor }) => audience.wants(edge, sensor));
    const recent = Math.max(1, Math.min(liveLimits.recent, Math.floor(recentOfSnapshot / found.length)));
    return found.map((shown) => shown.shown(recent));
  }

  /** The edges of a subscription. */
  edgesFor(wanted: Pick<FullSubscription, 'sensors'>): readonly LiveEdge[] {
    const audience = new Audience({ ...wanted, alarms: false, everyMs: liveLimits.defaultTickMs });
    return this.edges().filter(({ edge }) => audience.wantsEdge(edge));
  }

  /** How long until somebody is to be told something; undefined when nothing is new. Monotonic time. */
  dueInMs(monoMs: number): number | undefined {
    let due: number | undefined;
    for (const audience of this.#audiences.values()) {
      if (!audience.hasNews) continue;
      const wait = Math.max(0, audience.lastTickMs + audience.everyMs - monoMs);
      if (due === undefined || wait < due) due = wait;
    }
    return due;
  }

  /** The ticks that are due, one for each audience. `figures` is asked about once in a second. */
  ticks(monoMs: number, wallMs: number, figures: () => TelemetryFigures): readonly DueTick[] {
    const due: DueTick[] = [];
    const showsFigures = monoMs - this.#figuresMs >= figuresEveryMs;
    let shownFigures: TelemetryFigures | undefined;
    for (const audience of this.#audiences.values()) {
      if (!audience.hasNews || monoMs < audience.lastTickMs + audience.everyMs) continue;
      audience.lastTickMs = monoMs;
      if (showsFigures) shownFigures ??= figures();
      due.push({ sessions: [...audience.sessions], tick: tickOf(audience, wallMs, shownFigures) });
      audience.clear();
    }
    if (shownFigures !== undefined) this.#figuresMs = monoMs;
    return due;
  }

  #sensor(edge: EdgeId, sensor: SensorName): ShownSensor | undefined {
    const key = sensorKey(edge, sensor);
    const known = this.#sensors.get(key);
    if (known !== undefined || this.#sensors.size >= this.#mostSensors) return known;
    const shown = new ShownSensor(edge, sensor);
    this.#sensors.set(key, shown);
    for (const audience of this.#audiences.values()) audience.gone.delete(key);
    return shown;
  }

  /** Of an edge that is away nothing is known but what it said last: its sensors stay as they were. */
  #describe(edge: EdgeId, status: EdgeStatus | null): void {
    for (const { sensor, state, unit } of status?.sensors ?? []) {
      const isNew = !this.#sensors.has(sensorKey(edge, sensor));
      const shown = this.#sensor(edge, sensor);
      if (shown === undefined || !(shown.describe(state, unit) || isNew)) continue;
      for (const audience of this.#audiences.values()) {
        if (audience.wants(edge, sensor)) audience.whole.add(shown);
      }
    }
  }
}

function tickOf(audience: Audience, atMs: number, figures: TelemetryFigures | undefined): TelemetryTick {
  const readings: (readonly [EdgeId, SensorName, number, number])[] = [];
  const most = Math.max(1, Math.floor(readingsOfTick / Math.max(1, audience.readings.size)));
  for (const [shown, count] of audience.readings) {
    for (const [stampMs, value] of shown.last(Math.min(count, most))) {
      readings.push([shown.edge, shown.sensor, stampMs, value]);
    }
  }
  readings.sort((one, other) => one[2] - other[2]);
  // Its sparkline is there, or follows with its readings.
  const sensors = [...audience.whole].map((shown) => shown.shown(liveLimits.recent));
  return {
    atMs,
    readings,
    ...(sensors.length === 0 ? {} : { sensors }),
    ...(audience.edges.size === 0 ? {} : { edges: [...audience.edges.values()] }),
    ...(figures === undefined ? {} : { figures }),
    ...(audience.gone.size === 0 ? {} : { gone: [...audience.gone] }),
  };
}
