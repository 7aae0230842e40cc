/**
 * The border of monitoring: what the bus says is parsed here, once, and handed on in the order in which it came. What
 * cannot be parsed is handed on as refused, with its reason and its beginning, for whoever looks for a broken device.
 */
import type { RefusedPublish } from '@bothy/broker';
import type { NodeInput, SourcedReading } from '@bothy/telemetry/core';
import type { BusMessage, TelemetryBus } from '@bothy/telemetry/drivers/mqtt';
import { type EdgeId, parseTelemetryTopic } from '@bothy/wire';
import {
  checkReading,
  type Parsed,
  parseEdgeAlarms,
  parseEdgeHome,
  parseEdgeStatus,
  parseReading,
  parseTelemetryEvent,
  type ZoneOffset,
} from '@bothy/wire/schemas';

export interface IntakeOptions {
  readonly bus: TelemetryBus;
  /** What clients are called where the broker does not say who published. */
  readonly brokerName: string;
  /** An outside broker serves all nodes: what it says may make any of them the home of an edge. */
  readonly isShared: boolean;
  /** Local times of devices. */
  readonly zoneOffset: ZoneOffset;
  readonly input: (input: NodeInput) => void;
  readonly monoMs: () => number;
  readonly wallMs: () => number;
}

/** Readings of one input of the core. */
const mostInBatch = 5_000;
/** While much comes, batches are made this far apart; what comes alone does not wait. */
const batchMs = 10;
const exampleChars = 300;
const decoder = new TextDecoder('utf-8', { fatal: true });

export class Intake {
  readonly #options: IntakeOptions;
  #batch: SourcedReading[] = [];
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #flushedMs = Number.NEGATIVE_INFINITY;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** What every node hears, whoever is the home of an edge. */
  start(): void {
    const { bus } = this.#options;
    for (const filter of ['env/+/raw', 'env/event/+', 'edge/+/status', 'edge/+/home', 'edge/+/alarms'])
      bus.subscribe(filter, (message) => this.take(message));
  }

  stop(): void {
    clearTimeout(this.#timer);
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#batch = [];
  }

  /** The broker dropped what a client published here. */
  refused({ client, topic, payload, reason }: RefusedPublish): void {
    const root = topic.split('/', 1)[0];
    // Of a packet that was not read nobody knows what it was about.
    if (root !== 'env' && root !== 'edge' && topic !== '') return;
    const example = Buffer.from(payload.subarray(0, exampleChars)).toString('utf8');
    this.#options.input({ kind: 'refused', from: { client }, reason, example });
  }

  /** What a device said in a format of its own, as the payload of a reading. Never throws. */
  device(message: BusMessage, payload: object): void {
    const { wallMs, zoneOffset } = this.#options;
    const parsed = checkReading(payload, { receivedMs: wallMs(), zoneOffset });
    if (!parsed.ok) return this.#refuse(message, parsed.reason, JSON.stringify(payload));
    this.#reading({ reading: parsed.value, ...this.#source(message) });
  }

  /** What such a device said that is no reading. */
  deviceRefused(message: BusMessage, reason: string, text: string): void {
    this.#refuse(message, reason, text);
  }

  /** One message of the bus. Never throws. */
  take(message: BusMessage): void {
    const topic = parseTelemetryTopic(message.topic);
    if (topic === undefined) return;
    const text = textOf(message.payload);
    if (text === undefined) return this.#refuse(message, 'not UTF-8 text', '');
    const { wallMs, zoneOffset, input } = this.#options;
    const context = { receivedMs: wallMs(), zoneOffset };
    switch (topic.kind) {
      case 'reading': {
        // A retained reading is an old one: who comes later takes it for new.
        if (message.retained) return;
        const parsed = parseReading(text, context);
        if (!parsed.ok) return this.#refuse(message, parsed.reason, text);
        if (parsed.value.sensor !== topic.sensor) {
          const reason = `sensor is ${parsed.value.sensor}, and the topic is that of ${topic.sensor}`;
          return this.#refuse(message, reason, text, parsed.value.node);
        }
        return this.#reading({ reading: parsed.value, ...this.#source(message) });
      }
      case 'event': {
        if (message.retained) return;
        const parsed = parseTelemetryEvent(text, context);
        if (!parsed.ok) return this.#refuse(message, parsed.reason, text);
        this.#flush();
        return input({ kind: 'event', event: parsed.value, ...this.#source(message) });
      }
      case 'status':
        return this.#whole(message, topic.edge, text, parseEdgeStatus(text, topic), (status) => ({
          kind: 'status',
          status,
          retained: message.retained,
          ...this.#source(message),
        }));
      case 'home':
        return this.#whole(message, topic.edge, text, parseEdgeHome(text, topic), (home) => ({
          kind: 'claim',
          home,
        }));
      case 'alarms':
        return this.#whole(message, topic.edge, text, parseEdgeAlarms(text, topic.edge), (alarms) => ({
          kind: 'alarmsHeard',
          alarms,
        }));
    }
  }

  #whole<T>(
    message: BusMessage,
    edge: EdgeId,
    text: string,
    parsed: Parsed<T>,
    inputOf: (value: T) => NodeInput,
  ): void {
    // Empty takes a retained state away; there is nothing in it.
    if (text === '')
      return message.topic.endsWith('/home') ? this.#options.input({ kind: 'claimGone', edge }) : undefined;
    if (!parsed.ok) return this.#refuse(message, parsed.reason, text, edge);
    this.#flush();
    this.#options.input(inputOf(parsed.value));
  }

  #reading(heard: SourcedReading): void {
    this.#batch.push(heard);
    if (this.#batch.length >= mostInBatch) return this.#flush();
    if (this.#timer !== undefined || this.#immediate !== undefined) return;
    const wait = this.#flushedMs + batchMs - this.#options.monoMs();
    if (wait > 0) this.#timer = setTimeout(() => this.#flush(), wait);
    else this.#immediate = setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearTimeout(this.#timer);
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    if (this.#batch.length === 0) return;
    const readings = this.#batch;
    this.#batch = [];
    this.#flushedMs = this.#options.monoMs();
    this.#options.input({ kind: 'readings', readings });
  }

  #refuse(message: BusMessage, reason: string, text: string, edge?: EdgeId): void {
    const { from } = this.#source(message);
    this.#options.input({
      kind: 'refused',
      from,
      ...(edge === undefined ? {} : { edge }),
      reason,
      example: text.slice(0, exampleChars),
    });
  }

  #source({ from, retained }: BusMessage): Pick<SourcedReading, 'from' | 'isOurs'> {
    const { brokerName, isShared } = this.#options;
    if (from === undefined) {
      return { from: { client: brokerName, unverified: true }, isOurs: isShared && !retained };
    }
    const { client, edge, local } = from;
    const verified = local ? {} : ({ unverified: true } as const);
    return {
      from: { client, ...(edge === undefined ? {} : { edge }), ...verified },
      isOurs: local || isShared,
    };
  }
}

function textOf(payload: Uint8Array): string | undefined {
  try {
    return decoder.decode(payload);
  } catch {
    return undefined;
  }
}
