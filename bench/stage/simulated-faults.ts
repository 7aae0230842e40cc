/** Simulated sensors that break: what the anomaly checks find, and what they say of sensors that work. */
import { seededRandom } from '@bothy/protocols';
import {
  AnomalyDetector,
  type SimulatedFault,
  SimulatedSensor,
  sensorProfiles,
  simulatedFaults,
} from '@bothy/telemetry/core';
import { anomalyChecks } from '@bothy/wire';

export interface FaultResult {
  readonly fault: SimulatedFault;
  readonly broken: number;
  readonly found: number;
  readonly falseAlarms: number;
  readonly sensorDays: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const intervalMs = 2 * minuteMs;
const lastsMs: Readonly<Record<SimulatedFault, number>> = {
  overheat: 3 * hourMs,
  lowlight: 3 * hourMs,
  poorair: 3 * hourMs,
  spike: intervalMs,
  drift: 2 * dayMs,
  stuck: 3 * hourMs,
  dropout: 20 * minuteMs,
};
/** What a fault leaves behind in the windows is not false. */
const echoMs = dayMs;
/** Alarms of one check that lie this close are one. */
const sameAlarmMs = hourMs;

/** Each fault once on each kind of sensor, for each seed, after twelve healthy days. */
export function faultResults(seeds: readonly number[]): readonly FaultResult[] {
  return simulatedFaults.map((fault) => {
    const runs = seeds.flatMap((seed) => profileNames.map((name) => run(name, fault, seed)));
    return {
      fault,
      broken: runs.length,
      found: runs.filter((each) => each.isFound).length,
      falseAlarms: runs.reduce((sum, each) => sum + each.falseAlarms, 0),
      sensorDays: runs.length * 16,
    };
  });
}

const profileNames = Object.keys(sensorProfiles) as (keyof typeof sensorProfiles)[];

function run(
  name: keyof typeof sensorProfiles,
  fault: SimulatedFault,
  seed: number,
): { readonly isFound: boolean; readonly falseAlarms: number } {
  const random = seededRandom(`${name} ${fault} ${seed}`);
  const sensor = new SimulatedSensor(sensorProfiles[name], random);
  const detector = new AnomalyDetector();
  const breakMs = 12 * dayMs + random.below(24 * 30) * intervalMs;
  const repairMs = breakMs + lastsMs[fault];
  const lastSaidMs = new Map<string, number>();
  let [isFound, falseAlarms] = [false, 0];
  for (let ms = 0; ms < 16 * dayMs; ms += intervalMs) {
    if (ms === breakMs) sensor.break(fault, ms);
    if (ms === repairMs) sensor.repair();
    const value = sensor.valueAt(ms);
    if (value === undefined) continue;
    detector.add(value, ms);
    for (const check of anomalyChecks) {
      if (!detector.finds(check)) continue;
      const isNew = ms - (lastSaidMs.get(check) ?? -Infinity) > sameAlarmMs;
      lastSaidMs.set(check, ms);
      if (ms >= breakMs && ms <= repairMs + intervalMs) isFound = true;
      else if (isNew && (ms < breakMs || ms > repairMs + echoMs)) falseAlarms += 1;
    }
  }
  return { isFound, falseAlarms };
}
