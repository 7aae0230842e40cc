/**
 * Monitoring of a node, awake: its cores on their loop, its store, what dashboards see. When the disk refuses a write
 * the instance ends and is built anew from what is durable; edges send again what they were not told is stored.
 */
import { Loop, type ProductOutput } from '@bothy/runtime';
import { nodeClock, nodeTimers } from '@bothy/runtime/node';
import {
  type AttemptResult,
  type Delivery,
  ForeignAlarms,
  type NodeInput,
  type NodeOutput,
  type TelemetryWrite,
} from '@bothy/telemetry/core';
import type { TelemetryBus } from '@bothy/telemetry/drivers/mqtt';
import type { TelemetryStore } from '@bothy/telemetry/drivers/sqlite';
import { type Alarm, type AlarmRoute, BothyError, type EdgeId, type Rule } from '@bothy/wire';
import type { Logger } from 'pino';
import type { DirectoryDesk } from '../directory/directory-desk.ts';
import { HomesDirectory } from './homes-directory.ts';
import type { LiveDeskOptions } from './live-desk.ts';
import { type OpenCores, openCores } from './open-cores.ts';
import { TelemetryCalls } from './telemetry-calls.ts';
import type { TelemetryTimes } from './telemetry-times.ts';
import { TelemetryView } from './telemetry-view.ts';
import { trialOf } from './trial-delivery.ts';

export interface TelemetryHostOptions {
  readonly node: string;
  readonly bus: TelemetryBus;
  readonly openStore: (failed: (error: BothyError) => void) => Promise<TelemetryStore>;
  /** Minutes east of UTC at a Unix time. */
  readonly zoneOffset: (wallMs: number) => number;
  /** Whether there may be other nodes whose claims are on their way when this one starts. */
  readonly isAlone: boolean;
  readonly directory: DirectoryDesk;
  /** Whether the nodes share a broker elsewhere and nothing else: then homes of edges are claimed there, not in the directory. */
  readonly sharesOnlyBroker: () => boolean;
  readonly notifier: LiveDeskOptions['notifier'];
  readonly enrolled: () => readonly EdgeId[];
  /** Rules that a file sets, in place of those that are kept. */
  readonly rules?: readonly Rule[] | undefined;
  readonly voice: HostVoice;
  readonly times: TelemetryTimes;
  readonly log: Logger;
}

/** Where alarms are told. */
export interface HostVoice {
  /** Persons who are there. */
  readonly present: readonly string[];
  /** All routes that there are. */
  routes(routes: readonly AlarmRoute[]): void;
  /** Rejects never. */
  tell(delivery: Delivery): Promise<AttemptResult>;
  stop(): void;
}

/** From one failure to the next start; doubled by each that follows soon, up to the second. */
const restartMs = 200;
const maxRestartMs = 10_000;
/** Inputs while the instance is built anew. */
const mostWaiting = 10_000;

/** How long a stop waits for the disk. */
const patienceMs = 1_000;
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

interface Instance {
  readonly store: TelemetryStore;
  readonly cores: OpenCores;
  readonly loop: Loop<NodeInput, NodeOutput>;
  readonly homes: HomesDirectory | undefined;
}

export class TelemetryHost {
  readonly view: TelemetryView;
  readonly calls: TelemetryCalls;
  /** What cores refused, by kind. */
  readonly refusals = new Map<string, number>();
  readonly #options: TelemetryHostOptions;
  readonly #foreign = new ForeignAlarms();
  #enrolled: ReadonlySet<EdgeId> = new Set();
  #instance: Instance | undefined;
  #waiting: NodeInput[] = [];
  #restart: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopped = false;

  private constructor(options: TelemetryHostOptions) {
    this.#options = options;
    const { node, notifier, times } = options;
    this.view = new TelemetryView({
      node,
      notifier,
      openAlarms: () => this.openAlarms(),
      ingested: (edge) => this.#instance?.cores.ingest.edge(edge),
      homeOf: (edge) => this.#instance?.cores.homeOf(edge) ?? null,
      isEnrolled: (edge) => this.#enrolled.has(edge),
      times,
    });
    this.calls = new TelemetryCalls((input) => this.#instance?.loop.submit(input) ?? false);
  }

  /** Throws `data_directory_unusable` or `database_corrupt`. */
  static async open(options: TelemetryHostOptions): Promise<TelemetryHost> {
    const host = new TelemetryHost(options);
    await host.#open();
    return host;
  }

  get desk(): TelemetryView['desk'] {
    return this.view.desk;
  }

  get edges(): TelemetryView['edges'] {
    return this.view.edges;
  }

  get counts(): TelemetryView['counts'] {
    return this.view.counts;
  }

  /** False while it is being built anew. */
  get ready(): boolean {
    return this.#instance !== undefined && !this.#instance.loop.ended;
  }

  /** Throws `rate_limited` while it is being built anew. */
  get store(): TelemetryStore {
    return this.#current().store;
  }

  get cores(): OpenCores {
    return this.#current().cores;
  }

  /** Every alarm that is active or not acknowledged, here and at other nodes. */
  openAlarms(): readonly Alarm[] {
    const own = this.#instance?.cores.alarms.open() ?? [];
    return [...own, ...this.#foreign.all()];
  }

  get foreignAlarms(): Pick<ForeignAlarms, 'all' | 'get'> {
    return this.#foreign;
  }

  input(input: NodeInput): void {
    if (input.kind === 'enrolled') this.#showEnrolled(input.edges);
    if (this.#instance?.loop.submit(input) === true) return;
    if (this.#instance === undefined && this.#waiting.length < mostWaiting) this.#waiting.push(input);
    else this.view.counts.lostInputs += 1;
  }

  #showEnrolled(enrolled: readonly EdgeId[]): void {
    this.#enrolled = new Set(enrolled);
    for (const { edge } of this.desk.model.edges()) this.edges.show(edge);
    this.desk.changed();
  }

  /** Replaces the rules of this node. */
  async setRules(texts: readonly string[], rules: readonly Rule[]): Promise<void> {
    await this.store.putRules(texts);
    this.cores.rules = rules;
    this.input({ kind: 'rules', rules });
  }

  /** Replaces where alarms are told. */
  setRoutes(routes: readonly AlarmRoute[]): void {
    this.input({ kind: 'routes', routes });
    this.#options.voice.routes(routes);
  }

  /** Tells a made-up alarm by a route. */
  async tryRoute(route: AlarmRoute): Promise<AttemptResult> {
    return await this.#options.voice.tell(trialOf(route, this.#options.node, nodeClock.wallMs()));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    this.view.stop();
    this.#options.voice.stop();
    const { loop, store, homes } = this.#instance ?? {};
    loop?.submit({ kind: 'closing' });
    // What was heard is written before the store closes; a disk that does not take it holds up nobody.
    const giveUpMs = nodeClock.monoMs() + patienceMs;
    while (loop?.idle === false && !loop.ended && nodeClock.monoMs() < giveUpMs) await soon();
    homes?.end();
    loop?.stop();
    this.calls.abandon();
    await store?.close();
  }

  #current(): Instance {
    if (this.#instance !== undefined) return this.#instance;
    throw new BothyError('rate_limited', 'Monitoring of this node starts anew. Try again in a moment.');
  }

  async #open(): Promise<void> {
    const { node, openStore, zoneOffset, isAlone, enrolled, rules, directory, sharesOnlyBroker } =
      this.#options;
    const store = await openStore((error) => this.#failed(error));
    const state = await store.load();
    const claims = sharesOnlyBroker() ? 'topic' : 'directory';
    const cores = openCores({ node, state, zoneOffset, isAlone, claims, rules, foreign: this.#foreign });
    const loop = new Loop<NodeInput, NodeOutput>(
      cores.core,
      {
        clock: nodeClock,
        timers: nodeTimers,
        storage: { commit: (writes, done) => this.#commit(store, writes, done) },
        perform: (output) => this.#perform(output),
        ask: () => {},
        failed: (error) => this.#failed(error),
      },
      { maxQueuedInputs: 100_000, maxHeldOutputs: 1_000_000 },
    );
    const input = (given: NodeInput): boolean => loop.submit(given);
    const homes = claims === 'topic' ? undefined : new HomesDirectory({ desk: directory, input });
    this.#instance = { store, cores, loop, homes };
    loop.submit({ kind: 'start' });
    homes?.began();
    loop.submit({ kind: 'rules', rules: cores.rules });
    this.input({ kind: 'enrolled', edges: enrolled() });
    this.#options.voice.routes(cores.routes.routes);
    for (const name of this.#options.voice.present) this.input({ kind: 'person', name, present: true });
    await this.view.showStored(store, cores.ingest.edges(), state.sensors);
    for (const input of this.#waiting.splice(0)) this.input(input);
  }

  #commit(store: TelemetryStore, writes: readonly TelemetryWrite[], done: (error?: unknown) => void): void {
    const sinceMs = nodeClock.monoMs();
    store.commit(writes, (error, notStored = []) => {
      this.#options.times.commit.observe((nodeClock.monoMs() - sinceMs) / 1_000);
      done(error);
      // Of a plain device the store knows what it had already.
      for (const { edge, doubles } of notStored) {
        if (doubles > 0) this.input({ kind: 'ignored', edge, count: doubles });
      }
    });
  }

  #perform(output: ProductOutput<NodeOutput>): void {
    this.view.show(output);
    switch (output.kind) {
      case 'alarmAnswer':
      case 'moveAnswer':
        return this.calls.answer(output.id, output.result);
      case 'tell':
        return this.#tell(output);
      case 'publish':
        return this.#publish(output);
      case 'askDirectory':
        return this.#instance?.homes?.ask(output);
      case 'refused':
        return this.#refused(output);
      case 'unadopted':
        return this.#unadopted(output.edges);
    }
  }

  #tell({ delivery, attempt }: Extract<NodeOutput, { readonly kind: 'tell' }>): void {
    this.view.counts.told += 1;
    void this.#options.voice.tell(delivery).then((result) => {
      if (!result.ok) this.view.counts.untold += 1;
      this.input({ kind: 'attempted', delivery: delivery.id, attempt, result });
    });
  }

  #publish({ topic, payload, qos, retain }: Extract<NodeOutput, { readonly kind: 'publish' }>): void {
    this.#options.bus.publish(topic, payload, { qos, retain }).catch((thrown: unknown) => {
      this.view.counts.lostPublishes += 1;
      const error = BothyError.from(thrown);
      this.#options.log.warn({ topic, code: error.code }, `not published: ${error.message}`);
    });
  }

  #unadopted(edges: readonly EdgeId[]): void {
    const sentence =
      'edges were given to this node while it was off, and no node has said which alarms they had: what holds is found anew';
    this.#options.log.warn({ count: edges.length, edges: edges.slice(0, 20) }, sentence);
  }

  #refused({ what, subject, sentence, count }: Extract<NodeOutput, { readonly kind: 'refused' }>): void {
    this.refusals.set(what, (this.refusals.get(what) ?? 0) + 1);
    this.#options.log.warn({ what, subject: subject.slice(0, 300), count }, sentence.slice(0, 300));
  }

  #failed(error: BothyError): void {
    if (this.#stopped || this.#restart !== undefined) return;
    const { log } = this.#options;
    log.error({ code: error.code, err: error.cause }, `monitoring ends and starts anew: ${error.message}`);
    this.#startAnew();
  }

  /** Its nodes share more than a broker now, or no more than that. */
  claimsChanged(): void {
    if (this.#instance === undefined || this.#restart !== undefined) return;
    if ((this.#instance.homes === undefined) !== this.#options.sharesOnlyBroker()) this.#startAnew();
  }

  #startAnew(): void {
    const broken = this.#instance;
    broken?.homes?.end();
    broken?.loop.stop();
    this.#instance = undefined;
    this.calls.abandon();
    const afterMs = Math.min(restartMs * 2 ** this.#failures, maxRestartMs);
    this.#failures += 1;
    this.#restart = setTimeout(() => void this.#again(broken?.store), afterMs);
  }

  async #again(broken: TelemetryStore | undefined): Promise<void> {
    try {
      await broken?.close();
    } catch {
      // It is given up in any case: what it could not write, it did not promise.
    }
    try {
      this.#restart = undefined;
      if (this.#stopped) return;
      await this.#open();
      setTimeout(() => {
        this.#failures = 0;
      }, maxRestartMs).unref();
    } catch (thrown) {
      this.#failed(BothyError.from(thrown));
    }
  }
}
