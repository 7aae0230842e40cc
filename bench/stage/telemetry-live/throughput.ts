/** Readings that a node has stored, beside messages that a bare broker has brought to one subscriber, for a second. */
import type { ReadingsSeries } from '@bothy/wire';
import { liveLimits } from '@bothy/wire';
import { interleaved, type RoundLimit } from '../rooms/interleaved.ts';
import { type LoadProcess, startLoad } from './load.ts';
import { series } from './publishers.ts';
import type { MonitoringServers } from './servers.ts';
import type { SubscriberQos } from './subscriber.ts';

export interface ThroughputSample {
  readonly perSecond: number;
  /** Microseconds of processor time of the server for each, all threads. */
  readonly cpuMicroseconds: number;
}

const contestants = ['bothy', 'aedes', 'aedesQos0', 'mosquitto'] as const;
type Contestant = (typeof contestants)[number];
export type ThroughputSamples = Readonly<Record<Contestant, ThroughputSample[]>>;

/** How long devices send; what has not arrived by then is waited for, and that counts. */
const sendSeconds = 3;
const pollMs = 20;
/** What is not stored by then is lost. */
const storeLimitMs = 60_000;
const hourMs = 3_600_000;

export async function throughputSamples(
  servers: MonitoringServers,
  limit: RoundLimit,
): Promise<ThroughputSamples> {
  const samples: ThroughputSamples = { bothy: [], aedes: [], aedesQos0: [], mosquitto: [] };
  const [devices, listener] = [startLoad(), startLoad()];
  const store = new StoredCount(servers.httpPort);
  try {
    for (const { port } of Object.values(servers.of)) await devices.run({ kind: 'connect', port });
    const load = { devices, listener, store };
    await interleaved(contestants, limit, async (name, counts) => {
      const sample = await sampleOf(servers, name, load);
      if (counts) samples[name].push(sample);
    });
  } finally {
    devices.stop();
    listener.stop();
  }
  return samples;
}

interface Load {
  readonly devices: LoadProcess;
  readonly listener: LoadProcess;
  readonly store: StoredCount;
}

async function sampleOf(
  { of }: MonitoringServers,
  name: Contestant,
  { devices, listener, store }: Load,
): Promise<ThroughputSample> {
  const server = name === 'aedesQos0' ? of.aedes : of[name];
  const { port } = server;
  const qos: SubscriberQos = name === 'aedesQos0' ? 0 : 1;
  if (name !== 'bothy') await listener.run({ kind: 'subscribe', port, qos });
  const cpuBefore = server.cpuSeconds();
  const startMs = performance.now();
  const sent = await devices.run({ kind: 'send', port, seconds: sendSeconds });
  if (name === 'bothy') await store.grownBy(sent);
  else await listener.run({ kind: 'hear', count: sent });
  const tookMs = performance.now() - startMs;
  const cpuSeconds = server.cpuSeconds() - cpuBefore;
  if (name !== 'bothy') await listener.run({ kind: 'unsubscribe' });
  return { perSecond: sent / (tookMs / 1_000), cpuMicroseconds: (cpuSeconds / sent) * 1e6 };
}

/** Readings that are found when history is asked for: those are on the disk. */
class StoredCount {
  readonly #httpPort: number;
  readonly #fromMs = Math.floor(Date.now() / hourMs) * hourMs;
  #count = 0;

  constructor(httpPort: number) {
    this.#httpPort = httpPort;
  }

  /** Throws when they are not all there in a minute, or more than that. */
  async grownBy(count: number): Promise<void> {
    const wanted = this.#count + count;
    const giveUpMs = performance.now() + storeLimitMs;
    for (;;) {
      this.#count = await this.#ask();
      if (this.#count === wanted) return;
      if (this.#count > wanted || performance.now() > giveUpMs)
        throw new Error(`${count} readings were sent; ${this.#count} are stored in place of ${wanted}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  async #ask(): Promise<number> {
    let sum = 0;
    for (let from = 0; from < series.length; from += liveLimits.series) {
      const query = new URLSearchParams(
        series.slice(from, from + liveLimits.series).map((each) => ['series', each]),
      );
      query.append('from', String(this.#fromMs));
      query.append('to', String(Date.now() + hourMs));
      query.append('resolution', '1h');
      const answer = await fetch(`http://127.0.0.1:${this.#httpPort}/api/v1/readings?${query}`);
      if (!answer.ok) throw new Error(`history: ${answer.status} ${await answer.text()}`);
      const found = (await answer.json()) as { readonly series: readonly ReadingsSeries[] };
      for (const { count } of found.series) for (const each of count ?? []) sum += each;
    }
    return sum;
  }
}
