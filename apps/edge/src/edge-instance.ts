/**
 * One run of the edge's core on its loop: from the snapshot of the store to the end of the process, or to a store that
 * fails. Its connection belongs to it, for the last will names the number of this start.
 */
import type { Random } from '@bothy/protocols';
import { type Clock, Loop, type Timers } from '@bothy/runtime';
import type { SqliteEdgeStore } from '@bothy/telemetry/drivers/edge-store';
import type { BusMessage, TelemetryBus } from '@bothy/telemetry/drivers/mqtt';
import { MqttBus } from '@bothy/telemetry/drivers/mqtt';
import { EdgeCore, type EdgeInput, type EdgeOutput } from '@bothy/telemetry/edge-core';
import { type BothyError, edgeClientId, topics } from '@bothy/wire';
import { parseEdgeControl } from '@bothy/wire/schemas';
import type { EdgeSetup } from './config/index.ts';
import type { EdgeLog } from './edge-log.ts';
import type { SensorDesk } from './sensor-desk.ts';

export interface EdgeInstanceOptions {
  readonly setup: EdgeSetup;
  readonly version: string;
  readonly store: SqliteEdgeStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: EdgeLog;
  readonly desk: () => SensorDesk;
  readonly connected: () => void;
  /** The store failed, or an invariant of ours broke. Nothing is taken any more; `end` it. */
  readonly failed: (error: BothyError) => void;
}

/** What is said last is acknowledged by then, or never. */
const goodbyeMs = 600;

export class EdgeInstance {
  readonly #options: EdgeInstanceOptions;
  readonly #loop: Loop<EdgeInput, EdgeOutput>;
  #bus: TelemetryBus | undefined;
  #will: { readonly topic: string; readonly payload: string } | undefined;
  #ended = false;
  #refusedControls = 0;

  /** Throws when the store cannot be read. */
  constructor(options: EdgeInstanceOptions) {
    const { setup, version, store, clock, timers } = options;
    this.#options = options;
    const core = new EdgeCore(
      {
        edge: setup.id,
        rules: setup.rules,
        version,
        zoneOffset: (wallMs) => -new Date(wallMs).getTimezoneOffset(),
        ...(setup.outboxItems === undefined ? {} : { outboxItems: setup.outboxItems }),
        ...(setup.outboxBytes === undefined ? {} : { outboxBytes: setup.outboxBytes }),
        ...(setup.drainPerSecond === undefined ? {} : { drainPerSecond: setup.drainPerSecond }),
      },
      store.snapshot(),
      clock.wallMs(),
    );
    this.#loop = new Loop(core, {
      ...{ clock, timers, storage: store },
      perform: (output) => this.#perform(output),
      ask: ({ id, query }, answer) => answer({ kind: 'found', id, answer: store.answer(query) }),
      failed: (error) => options.failed(error),
    });
    this.submit({ kind: 'start' });
    for (const status of options.desk().statuses) this.submit({ kind: 'sensor', status });
  }

  get connected(): boolean {
    return this.#bus?.connected ?? false;
  }

  submit(input: EdgeInput): void {
    this.#loop.submit(input);
  }

  /** Says goodbye, as its last will would, and ends the connection. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    // What was read last becomes durable, and is sent after the next start.
    for (let turns = 0; !this.#loop.idle && !this.#loop.ended && turns < 20; turns++) await this.#after(5);
    this.#loop.stop();
    const [bus, will] = [this.#bus, this.#will];
    if (bus === undefined || will === undefined) return;
    const said = bus.publish(will.topic, will.payload, { qos: 1, retain: true }).catch(() => undefined);
    await Promise.race([said, this.#after(goodbyeMs)]);
    await bus.stop();
  }

  #perform(output: Exclude<EdgeOutput, { kind: 'persist' | 'lookup' | 'setTimer' | 'clearTimer' }>): void {
    const { log } = this.#options;
    switch (output.kind) {
      case 'ready':
        this.#will = output.will;
        return this.#connect(output.will);
      case 'publish': {
        const { topic, payload, qos, retain, token } = output;
        const done = (): void => {
          if (token !== undefined) this.submit({ kind: 'published', token });
        };
        // What is not acknowledged is the core's to send again.
        this.#bus?.publish(topic, payload, { qos, retain }).then(done, () => undefined);
        return;
      }
      case 'command':
        return void this.#carryOut(output);
      case 'event': {
        const { rule, sensor, active, value, sentence } = output.event;
        const fields = { rule, sensor, active, value };
        if (active) log.warn(fields, sentence);
        else log.info(fields, sentence);
        return;
      }
      case 'refused':
        log.warn({ count: output.count }, output.sentence);
    }
  }

  #connect(will: { readonly topic: string; readonly payload: string }): void {
    const { setup, timers, random, log } = this.#options;
    const bus = new MqttBus({
      ...{ ...setup.broker, timers, random, will, log },
      // Guests have no client id with a slash.
      clientId: setup.enrolled ? edgeClientId(setup.id) : `edge-${setup.id}`,
    });
    this.#bus = bus;
    bus.subscribe(topics.edge(setup.id, 'control'), (message) => this.#control(message));
    bus.onConnect(() => {
      this.submit({ kind: 'connected' });
      this.#options.connected();
    });
    bus.onDisconnect(() => this.submit({ kind: 'disconnected' }));
  }

  #control({ payload, retained }: BusMessage): void {
    // An empty one takes what is retained away.
    if (payload.length === 0) return;
    const parsed = parseEdgeControl(new TextDecoder().decode(payload));
    if (parsed.ok) return this.submit({ kind: 'control', control: parsed.value, retained });
    this.#refusedControls += 1;
    // Who sends rubbish all night does not fill a disk with it.
    if (this.#refusedControls % 1_000 !== 1) return;
    const fields = { count: this.#refusedControls };
    this.#options.log.warn(fields, `a message on the control topic is refused: ${parsed.reason}`);
  }

  async #carryOut({ id, command }: Extract<EdgeOutput, { kind: 'command' }>): Promise<void> {
    const { log, desk } = this.#options;
    const result = await desk().carryOut(command);
    log.info({ command: command.name, ok: result.ok }, result.sentence);
    this.submit({ kind: 'answered', answer: { id, ...result } });
  }

  #after(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.timers.set(ms, () => resolve()));
  }
}
