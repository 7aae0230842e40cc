/** What devices say in formats of their own, made into readings like all others. */
import type { BusMessage, TelemetryBus } from '@bothy/telemetry/drivers/mqtt';
import { type DeviceReading, type FormatOutcome, formatLimits } from '@bothy/telemetry/formats';
import { type SensorKey, sensorKey } from '@bothy/wire';
import { type FormatsSwitch, rootOf } from './formats-switch.ts';

export interface FormatsIntakeOptions {
  readonly bus: TelemetryBus;
  readonly formats: FormatsSwitch;
  /** Takes the payload of a reading as if it had come on `env/<sensor>/raw`; it is checked there. */
  readonly reading: (message: BusMessage, payload: object) => void;
  readonly refused: (message: BusMessage, reason: string, text: string) => void;
  readonly wallMs: () => number;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

export class FormatsIntake {
  readonly #options: FormatsIntakeOptions;
  /** Sensors that Home Assistant knows from whoever announced them. */
  readonly #announced = new Set<SensorKey>();
  readonly #subscribed = new Set<string>();

  constructor(options: FormatsIntakeOptions) {
    this.#options = options;
  }

  start(): void {
    const { bus, formats } = this.#options;
    for (const filter of formats.filters) bus.subscribe(filter, (message) => this.take(message));
  }

  /** Whether somebody else has announced this sensor to Home Assistant. */
  isAnnounced(edge: string, sensor: string): boolean {
    return this.#announced.has(sensorKey(edge, sensor));
  }

  /** One message of the bus. Never throws. */
  take(message: BusMessage): void {
    const { formats, wallMs, refused } = this.#options;
    const text = textOf(message.payload);
    if (text === undefined || text.length > formatLimits.payloadChars) {
      return refused(
        message,
        text === undefined ? 'not UTF-8 text' : 'is too long',
        (text ?? '').slice(0, 300),
      );
    }
    const heard = { topic: message.topic, payload: text, receivedMs: wallMs() };
    let problem: string | undefined;
    for (const format of formats.formatsOf(message.topic)) {
      const outcome = format.take(heard);
      if (outcome.kind === 'refused') problem ??= `${format.name}: ${outcome.reason}`;
      if (outcome.kind === 'ignored' || outcome.kind === 'refused') continue;
      return this.#found(message, outcome, text);
    }
    if (problem !== undefined && !message.retained) refused(message, problem, text);
  }

  #found(
    message: BusMessage,
    outcome: Exclude<FormatOutcome, { readonly kind: 'ignored' | 'refused' }>,
    text: string,
  ): void {
    switch (outcome.kind) {
      case 'readings':
        // What the broker had kept is an old value: who starts later takes it for new.
        if (message.retained) return;
        for (const reading of outcome.readings) this.#options.reading(message, payloadOf(reading));
        return;
      case 'announced':
        this.#announced.add(sensorKey(outcome.node, outcome.sensor));
        for (const topic of outcome.topics) this.#follow(message, topic, text);
        return;
      case 'withdrawn':
        this.#announced.delete(sensorKey(outcome.node, outcome.sensor));
        return;
      case 'availability':
        // Silence is what rules ask of plain devices; of their own word they have none.
        return;
    }
  }

  /** Topics that were announced are followed by their roots: thousands of sensors are a few subscriptions. */
  #follow(message: BusMessage, topic: string, text: string): void {
    const { bus, formats, refused } = this.#options;
    if (formats.isWanted(topic)) return;
    const admitted = formats.admit(topic);
    if (admitted === 'refused') {
      return refused(message, `homeassistant: ${topic.slice(0, 80)} is no topic that devices may use`, text);
    }
    const root = rootOf(topic);
    if (this.#subscribed.has(root)) return;
    this.#subscribed.add(root);
    bus.subscribe(`${root}/#`, (heard) => {
      if (!formats.isWanted(heard.topic)) this.take(heard);
    });
  }
}

function payloadOf({ node, sensor, value, unit, time }: DeviceReading): object {
  const timestamp = typeof time === 'number' ? isoOf(time) : time;
  return {
    node,
    sensor,
    value,
    ...(unit === undefined ? {} : { unit }),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}

/** A time that no calendar has is refused as such by the schema. */
function isoOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}

function textOf(payload: Uint8Array): string | undefined {
  try {
    return decoder.decode(payload);
  } catch {
    return undefined;
  }
}
