/** Between the drivers and the core: calibrates what is read, keeps how each sensor is, and carries commands out. */
import type { Random } from '@bothy/protocols';
import type { Clock, Timers } from '@bothy/runtime';
import { type PipelineOptions, ReadingPipeline, unitConversion } from '@bothy/telemetry/calibration';
import { type SensorFault, SensorHost, type SensorValue } from '@bothy/telemetry/drivers/sensors';
import type { EdgeInput, SensorCommand } from '@bothy/telemetry/edge-core';
import type { EdgeFault, SensorName, SensorState, SensorStatus } from '@bothy/wire';
import type { SensorSetup } from './config/index.ts';

type Sampled = Omit<Extract<EdgeInput, { kind: 'sampled' }>, 'kind'>;

export interface SensorDeskOptions {
  readonly sensors: readonly SensorSetup[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly sampled: (sample: Sampled) => void;
  readonly changed: (status: SensorStatus) => void;
  /** Module that opens drivers, as a URL. @default the kinds of `@bothy/telemetry/drivers/sensors` */
  readonly registry?: string | undefined;
  /** See `SensorHostOptions`. @default false */
  readonly inline?: boolean | undefined;
}

interface DeskSensor {
  readonly setup: SensorSetup;
  status: SensorStatus;
  /** Made for the unit that the sensor gave last. */
  pipeline: { readonly from: string | undefined; readonly reading: ReadingPipeline } | undefined;
}

/** Which kind of sensor a fault is about; the others may befall any. */
const faultProfiles: Partial<Record<EdgeFault, string>> = {
  overheat: 'temperature',
  lowlight: 'light',
  poorair: 'airquality',
};
/** Smoothing begins anew after so many intervals without a reading. */
const forgetAfterIntervals = 10;

export class SensorDesk {
  readonly #options: SensorDeskOptions;
  readonly #host: SensorHost;
  readonly #sensors = new Map<SensorName, DeskSensor>();

  constructor(options: SensorDeskOptions) {
    this.#options = options;
    const { clock, timers, random, registry, inline = false } = options;
    this.#host = new SensorHost({
      ...{ clock, timers, random, inline },
      ...(registry === undefined ? {} : { registry }),
      read: (sensor, value) => this.#read(sensor, value),
      changed: (sensor, state, sentence) => this.#change(sensor, state, sentence),
    });
    for (const setup of options.sensors) {
      const { sensor, driver, intervalMs } = setup.plan;
      const unit = setup.unit === undefined ? {} : { unit: setup.unit };
      const status: SensorStatus = { sensor, kind: driver.kind, intervalMs, state: 'ok', ...unit };
      this.#sensors.set(sensor, { setup, status, pipeline: undefined });
    }
  }

  get statuses(): readonly SensorStatus[] {
    return [...this.#sensors.values()].map(({ status }) => status);
  }

  /** Begins to read. */
  start(): void {
    for (const { setup } of this.#sensors.values()) this.#host.add(setup.plan);
  }

  async stop(): Promise<void> {
    await this.#host.stop();
  }

  /** What became of it, for people. */
  async carryOut(command: SensorCommand): Promise<{ readonly ok: boolean; readonly sentence: string }> {
    const { sensor } = command;
    if (sensor !== undefined && !this.#sensors.has(sensor)) {
      return { ok: false, sentence: `This edge has no sensor ${sensor}.` };
    }
    switch (command.name) {
      case 'fault':
        return this.#break(this.#befallen(command.fault, sensor), command);
      case 'reset':
        return this.#break(sensor === undefined ? this.#simulated() : [sensor], command);
      case 'interval': {
        this.#host.setInterval(command.sensor, command.intervalMs);
        this.#update(command.sensor, { intervalMs: command.intervalMs });
        return { ok: true, sentence: `${command.sensor} is read every ${command.intervalMs / 1_000} s.` };
      }
      case 'read': {
        const names = sensor === undefined ? [...this.#sensors.keys()] : [sensor];
        for (const name of names) this.#host.readNow(name);
        return { ok: true, sentence: names.length === 1 ? `${names[0]} is read.` : 'All sensors are read.' };
      }
    }
  }

  #simulated(): SensorName[] {
    return [...this.#sensors].filter(([, { status }]) => status.kind === 'simulated').map(([name]) => name);
  }

  #befallen(fault: EdgeFault, sensor: SensorName | undefined): SensorName[] {
    if (sensor !== undefined) return [sensor];
    const profile = faultProfiles[fault];
    return this.#simulated().filter((name) => {
      const driver = this.#sensors.get(name)?.setup.plan.driver;
      return profile === undefined || (driver?.kind === 'simulated' && driver.profile === profile);
    });
  }

  async #break(names: readonly SensorName[], fault: SensorFault) {
    const broken: SensorName[] = [];
    for (const name of names) if (await this.#host.break(name, fault)) broken.push(name);
    for (const name of broken) {
      this.#update(name, { fault: fault.name === 'reset' ? undefined : fault.fault });
    }
    if (broken.length === 0) {
      return {
        ok: false,
        sentence: 'Only simulated sensors can be broken, and there is none that this is about.',
      };
    }
    const [work, have] = broken.length === 1 ? ['works', 'has'] : ['work', 'have'];
    const what = fault.name === 'reset' ? `${work} again` : `${have} the fault ${fault.fault}`;
    return { ok: true, sentence: `${broken.join(', ')} ${what}.` };
  }

  #read(name: SensorName, { value: raw, unit: said, quality }: SensorValue): void {
    const sensor = this.#sensors.get(name);
    if (sensor === undefined) return;
    const from = sensor.setup.from ?? said;
    const unit = sensor.setup.unit ?? from;
    const pipeline = pipelineOf(sensor, from);
    if (pipeline === undefined)
      return this.#change(name, 'failing', `${from} cannot become ${unit}: see "unit" and "from".`);
    const value = pipeline.apply(raw, this.#options.clock.monoMs());
    if (value === undefined) return this.#change(name, 'failing', `It says ${raw}, which is no value.`);
    if (sensor.status.unit !== unit || sensor.status.state !== 'ok') {
      this.#update(name, { state: 'ok', sentence: undefined, unit });
    }
    this.#options.sampled({
      ...{ sensor: name, value, stampMs: this.#options.clock.wallMs() },
      ...(unit === undefined ? {} : { unit }),
      ...(quality === undefined ? {} : { quality }),
    });
  }

  #change(name: SensorName, state: SensorState, sentence: string | undefined): void {
    const { status } = this.#sensors.get(name) ?? {};
    if (status?.state === state && status.sentence === sentence) return;
    this.#update(name, { state, sentence });
  }

  #update(
    name: SensorName,
    change: { [Field in keyof SensorStatus]?: SensorStatus[Field] | undefined },
  ): void {
    const sensor = this.#sensors.get(name);
    if (sensor === undefined) return;
    const entries = Object.entries({ ...sensor.status, ...change }).filter(
      ([, value]) => value !== undefined,
    );
    sensor.status = Object.fromEntries(entries) as unknown as SensorStatus;
    this.#options.changed(sensor.status);
  }
}

/** Undefined when what the sensor says cannot become what is wanted. */
function pipelineOf(sensor: DeskSensor, from: string | undefined): ReadingPipeline | undefined {
  if (sensor.pipeline !== undefined && sensor.pipeline.from === from) return sensor.pipeline.reading;
  const { unit, table, gain, offset, smoothing, digits, plan } = sensor.setup;
  const conversion = from === undefined || unit === undefined ? undefined : unitConversion(from, unit);
  if (from !== undefined && unit !== undefined && conversion === undefined) return undefined;
  const options: PipelineOptions = {
    forgetAfterMs: Math.max(60_000, forgetAfterIntervals * plan.intervalMs),
    ...(conversion === undefined ? {} : { conversion }),
    ...(table === undefined ? {} : { table }),
    ...(gain === undefined ? {} : { gain }),
    ...(offset === undefined ? {} : { offset }),
    ...(smoothing === undefined ? {} : { smoothing }),
    ...(digits === undefined ? {} : { digits }),
  };
  const reading = new ReadingPipeline(options);
  sensor.pipeline = { from, reading };
  return reading;
}
