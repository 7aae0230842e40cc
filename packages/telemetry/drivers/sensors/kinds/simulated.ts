/** A sensor that is not there, for demonstrations and tests: the model of the core, by the clock of this machine. */
import { seededRandom } from '@bothy/protocols';
// Not by the core's index: a thread that reads sensors needs no rules.
import { SimulatedSensor, sensorProfiles } from '../../../core/simulated/simulated-sensor.ts';
import type { SimulatedOptions } from '../driver-options.ts';
import type { DriverWorld, SensorDriver, SensorFault, SensorValue } from '../sensor-driver.ts';

export class SimulatedDriver implements SensorDriver {
  readonly #sensor: SimulatedSensor;
  readonly #unit: string;
  readonly #world: DriverWorld;
  #lastMs = 0;

  constructor({ profile: name, seed, mean, swing, noise }: SimulatedOptions, world: DriverWorld) {
    const known = sensorProfiles[name];
    const profile = {
      ...known,
      mean: mean ?? known.mean,
      swing: swing ?? known.swing,
      noise: noise ?? known.noise,
    };
    this.#sensor = new SimulatedSensor(profile, seededRandom(seed));
    this.#unit = profile.unit;
    this.#world = world;
  }

  async read(): Promise<SensorValue | undefined> {
    const value = this.#sensor.valueAt(this.#nowMs());
    return value === undefined ? undefined : { value, unit: this.#unit };
  }

  break(fault: SensorFault): void {
    if (fault.name === 'reset') this.#sensor.repair();
    else this.#sensor.break(fault.fault, this.#nowMs());
  }

  /** In the zone of this machine, for its day is warm at 15:00; never back, whatever the clock does. */
  #nowMs(): number {
    const wallMs = this.#world.wallMs();
    const zoneMs = new Date(wallMs).getTimezoneOffset() * 60_000;
    this.#lastMs = Math.max(this.#lastMs, wallMs - zoneMs);
    return this.#lastMs;
  }
}
