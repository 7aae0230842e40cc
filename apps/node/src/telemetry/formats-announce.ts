/** Our sensors, announced to Home Assistant: those whose home is this node, and that nobody else has announced. */
import type { TelemetryBus } from '@bothy/telemetry/drivers/mqtt';
import { ownDiscovery } from '@bothy/telemetry/formats';
import type { LiveEdge, LiveSensor } from '@bothy/wire';

export interface AnnouncementsOptions {
  readonly node: string;
  readonly bus: TelemetryBus;
  /** Undefined as long as nothing was heard. */
  readonly live: () =>
    | { readonly sensors: readonly LiveSensor[]; readonly edges: readonly LiveEdge[] }
    | undefined;
  readonly isAnnounced: (edge: string, sensor: string) => boolean;
  readonly failed: (thrown: unknown) => void;
}

/** Nobody waits for a new sensor in Home Assistant more eagerly. */
const everyMs = 5_000;

export class Announcements {
  readonly #options: AnnouncementsOptions;
  readonly #timer: NodeJS.Timeout;
  /** What was said, by topic. */
  readonly #said = new Map<string, string>();

  constructor(options: AnnouncementsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.reconcile(), everyMs).unref();
  }

  /** Says what is new or changed, and takes back what is gone. */
  reconcile(): void {
    const { node, live, isAnnounced } = this.#options;
    const now = live();
    if (now === undefined) return;
    const kinds = new Map(now.edges.flatMap(({ edge, kind, home }) => (home === node ? [[edge, kind]] : [])));
    const wanted = new Map<string, string>();
    for (const sensor of now.sensors) {
      const kind = kinds.get(sensor.edge);
      if (kind === undefined || isAnnounced(sensor.edge, sensor.sensor)) continue;
      const { topic, payload } = ownDiscovery(sensor, kind);
      wanted.set(topic, payload);
    }
    for (const topic of [...this.#said.keys()]) {
      if (wanted.has(topic)) continue;
      this.#said.delete(topic);
      this.#say(topic, '');
    }
    for (const [topic, payload] of wanted) {
      if (this.#said.get(topic) === payload) continue;
      this.#said.set(topic, payload);
      this.#say(topic, payload);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #say(topic: string, payload: string): void {
    const { bus, failed } = this.#options;
    bus.publish(topic, payload, { qos: 1, retain: true }).catch((thrown: unknown) => {
      // It is said again with the next look.
      this.#said.delete(topic);
      failed(thrown);
    });
  }
}
