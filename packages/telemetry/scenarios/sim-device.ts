/**
 * A plain device in the simulator: it says what it measures, now and then an older value late, and keeps nothing. Whether it
 * has a clock is its own; without a connection what it measured is lost.
 */
import type { Simulation } from '@bothy/simulator';
import { topics } from '@bothy/wire';
import { type BrokerClient, Connecting, type SimBroker } from './sim-broker.ts';

export interface SimDeviceOptions {
  readonly simulation: Simulation;
  readonly broker: SimBroker;
  readonly id: string;
  readonly intervalMs: number;
  /** How far its clock is ahead; undefined: it has none. */
  readonly aheadMs: number | undefined;
  readonly valueAt: (sensor: string, atMs: number) => number;
}

/** Of what it says, so much comes late, when later values were heard. */
const late = 0.1;
const lateMs = 20_000;
const sensor = 'temperature';

export class SimDevice implements BrokerClient {
  readonly id: string;
  readonly filters = [];
  readonly counts = { said: 0, late: 0 };
  readonly #options: SimDeviceOptions;
  readonly #connecting: Connecting;

  constructor(options: SimDeviceOptions) {
    const { simulation, broker, id, intervalMs } = options;
    this.#options = options;
    this.id = id;
    this.#connecting = new Connecting(simulation, broker, this);
    this.#connecting.begin();
    const random = simulation.random(`device ${id}`);
    const again = (): void => {
      simulation.after(intervalMs * (0.9 + random.next() * 0.2), () => {
        this.#say(0);
        if (random.next() < late && options.aheadMs !== undefined) this.#say(lateMs);
        again();
      });
    };
    again();
  }

  will(): undefined {
    return undefined;
  }

  connected(): void {}

  disconnected(): void {
    this.#connecting.lost();
  }

  message(): void {}

  #say(agoMs: number): void {
    const { simulation, aheadMs, valueAt } = this.#options;
    const atMs = simulation.nowMs - agoMs;
    const { link } = this.#connecting;
    if (link === undefined || atMs < 0) return;
    this.counts[agoMs > 0 ? 'late' : 'said'] += 1;
    const stamp = new Date(simulation.wallMs - agoMs + (aheadMs ?? 0)).toISOString();
    const payload = JSON.stringify({
      sensor,
      value: valueAt(sensor, atMs),
      node: this.id,
      unit: '°C',
      ...(aheadMs === undefined ? {} : { timestamp: stamp }),
    });
    link.publish({ topic: topics.reading(sensor), payload, retain: false }, () => {});
  }
}
