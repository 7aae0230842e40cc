/** What a dashboard knows now: a snapshot, and everything that was told since. Rules TV1, TV2 in SPEC.md. */
import {
  type Alarm,
  type AlarmId,
  type EdgeId,
  type LiveEdge,
  type LiveSensor,
  liveLimits,
  type SensorKey,
  sensorKey,
  type TelemetryFigures,
  type TelemetrySnapshot,
  type TelemetryTick,
} from '@bothy/wire';

export interface LiveView {
  /** The node that tells. */
  readonly node: string;
  /** When it was told last, by the node's clock. */
  readonly atMs: number;
  readonly sensors: ReadonlyMap<SensorKey, LiveSensor>;
  readonly edges: ReadonlyMap<EdgeId, LiveEdge>;
  /** Those that are open, and those that closed while we watched. */
  readonly alarms: ReadonlyMap<AlarmId, Alarm>;
  readonly figures: TelemetryFigures;
}

type Reading = readonly [number, number];

export function liveViewOf(snapshot: TelemetrySnapshot): LiveView {
  const { node, atMs, figures } = snapshot;
  return {
    node,
    atMs,
    figures,
    sensors: new Map(snapshot.sensors.map((each) => [sensorKey(each.edge, each.sensor), each])),
    edges: new Map(snapshot.edges.map((each) => [each.edge, each])),
    alarms: new Map(snapshot.alarms.map((each) => [each.id, each])),
  };
}

/** Maps that nothing was said of stay the same objects. */
export function withTick(view: LiveView, tick: TelemetryTick): LiveView {
  return {
    ...view,
    atMs: tick.atMs,
    figures: tick.figures ?? view.figures,
    sensors: sensorsAfter(view.sensors, tick),
    edges:
      tick.edges === undefined || tick.edges.length === 0
        ? view.edges
        : new Map([...view.edges, ...tick.edges.map((each) => [each.edge, each] as const)]),
  };
}

/** An alarm as it is now. One that is older than what is known is left out: the socket and REST answer in any order. */
export function withAlarm(view: LiveView, alarm: Alarm): LiveView {
  const known = view.alarms.get(alarm.id);
  if (known !== undefined && known.version > alarm.version) return view;
  return { ...view, alarms: new Map([...view.alarms, [alarm.id, alarm]]) };
}

function sensorsAfter(before: LiveView['sensors'], tick: TelemetryTick): LiveView['sensors'] {
  const { readings, sensors: told = [], gone = [] } = tick;
  if (readings.length === 0 && told.length === 0 && gone.length === 0) return before;
  const after = new Map(before);
  for (const sensor of told) after.set(sensorKey(sensor.edge, sensor.sensor), sensor);
  const fresh = new Map<SensorKey, Reading[]>();
  for (const [edge, name, stampMs, value] of readings) {
    const key = sensorKey(edge, name);
    const list = fresh.get(key) ?? [];
    list.push([stampMs, value]);
    fresh.set(key, list);
  }
  for (const [key, list] of fresh) {
    const sensor = after.get(key);
    // A sensor is told whole before its first reading; one that is not known here went away meanwhile.
    if (sensor !== undefined) after.set(key, withReadings(sensor, list, tick.atMs));
  }
  for (const key of gone) after.delete(key);
  return after;
}

function withReadings(sensor: LiveSensor, readings: readonly Reading[], heardMs: number): LiveSensor {
  const recent = [...sensor.recent];
  for (const reading of readings) {
    let at = recent.length;
    while (at > 0 && (recent[at - 1]?.[0] ?? 0) > reading[0]) at -= 1;
    // The whole sensor, told in the same tick, may have it already.
    if (recent[at - 1]?.[0] === reading[0] && recent[at - 1]?.[1] === reading[1]) continue;
    recent.splice(at, 0, reading);
  }
  const kept = recent.slice(-liveLimits.recent);
  const [stampMs, value] = kept.at(-1) ?? [sensor.stampMs, sensor.value];
  return { ...sensor, recent: kept, value, stampMs, heardMs };
}
