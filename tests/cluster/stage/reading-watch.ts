/** Listens at a broker to what edges say and what their home says of it, and looks again and again at what nodes have. */
import { randomUUID } from 'node:crypto';
import { seededRandom } from '@bothy/protocols';
import { nodeTimers } from '@bothy/runtime/node';
import { MqttBus } from '@bothy/telemetry/drivers/mqtt';
import { parseEdgeControl, parseReading } from '@bothy/wire/schemas';
import { onTestFinished } from 'vitest';
import { storedOf } from './monitoring.ts';
import type { NodeProcess } from './node-process.ts';
import { ReadingHistory } from './reading-history.ts';

/** Between two looks: some twenty readings of a quick sensor lie between five of them. */
const lookEveryMs = 400;

export interface ReadingWatchOptions {
  /** `mqtt://host:port`. */
  readonly broker: string;
  readonly nodes: readonly NodeProcess[];
  readonly edge: string;
  readonly sensor: string;
}

export class ReadingWatch {
  readonly history = new ReadingHistory();
  readonly #options: ReadingWatchOptions;
  readonly #bus: MqttBus;
  readonly #looking: Promise<void>;
  #isOver = false;

  constructor(options: ReadingWatchOptions) {
    this.#options = options;
    const id = `watch-${randomUUID().slice(0, 8)}`;
    const random = seededRandom(id);
    const retry = { firstRetryMs: 100, longestRetryMs: 200 };
    this.#bus = new MqttBus({ url: options.broker, clientId: id, timers: nodeTimers, random, ...retry });
    this.#bus.subscribe('env/+/raw', ({ payload }) => this.#heard(new TextDecoder().decode(payload)));
    this.#bus.subscribe(`edge/${options.edge}/control`, ({ payload }) =>
      this.#told(new TextDecoder().decode(payload)),
    );
    this.#looking = this.#lookAgain();
    onTestFinished(() => this.#end());
  }

  /** One more look at each node that runs; then no more. */
  async finish(): Promise<ReadingHistory> {
    await this.#end();
    for (const node of this.#options.nodes) if (node.isRunning) await this.#look(node);
    return this.history;
  }

  async #end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#looking;
    await this.#bus.stop();
  }

  async #lookAgain(): Promise<void> {
    while (!this.#isOver) {
      await Promise.all(
        this.#options.nodes
          .filter(({ isRunning }) => isRunning)
          .map((node) => this.#look(node).catch(() => {})),
      );
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  /** Rejects while the node is away, or has nothing yet. */
  async #look(node: NodeProcess): Promise<void> {
    const { edge, sensor } = this.#options;
    const calledMs = Date.now();
    const { stampsMs, mean, thinned } = await storedOf(node, edge, sensor);
    // What was thinned leaves out what is there.
    if (thinned) return;
    const readings = stampsMs.map((stampMs, at) => ({ stampMs, value: mean[at] ?? Number.NaN }));
    this.history.looked({ node: node.id, edge, sensor, readings, calledMs, answeredMs: Date.now() });
  }

  #heard(text: string): void {
    const parsed = parseReading(text, { receivedMs: Date.now(), zoneOffset: () => 0 });
    if (!parsed.ok) return;
    const { node: edge, boot, seq, sensor, value, stampMs, hist } = parsed.value;
    if (edge !== this.#options.edge || boot === undefined || seq === undefined) return;
    this.history.heard('listener', { edge, boot, sensor, seq, value, stampMs, isLate: hist });
  }

  #told(text: string): void {
    const parsed = parseEdgeControl(text);
    if (!parsed.ok || parsed.value.kind !== 'storedUpTo') return;
    for (const { boot, upTo } of parsed.value.boots) {
      for (const [sensor, seq] of Object.entries(upTo))
        this.history.storedUpTo(this.#options.edge, boot, sensor, seq, Date.now());
    }
  }
}
