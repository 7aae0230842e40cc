/** What is measured of rooms, round by round; whoever begins changes from round to round. */
import {
  type Contestant,
  gather,
  speak,
  startBare,
  startBothy,
  startRedis,
  startSocketIo,
} from './contests.ts';
import type { LoadResult, Rival } from './load.ts';

const rooms = 500;
const durableSeconds = 5;
/** The aim's rate, at which its p99 is taken. */
const pacedPerSecond = 5_000;

export interface DurableSample {
  /** As many as get answered, one waiting in each room. */
  readonly perSecond: number;
  /** At the aim's rate, waiting included. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How many of the paced ones were answered each second. */
  readonly pacedPerSecond: number;
}

export type DurableSamples = Readonly<Record<'bothy' | 'socketIo', DurableSample[]>>;

export async function durableRounds(count: number): Promise<DurableSamples> {
  const samples: DurableSamples = { bothy: [], socketIo: [] };
  const redis = await startRedis();
  try {
    for (let round = 0; round < count; round++) {
      const order = round % 2 === 0 ? (['bothy', 'socketIo'] as const) : (['socketIo', 'bothy'] as const);
      for (const rival of order) {
        const start = rival === 'bothy' ? () => startBothy() : () => startSocketIo(redis.port);
        samples[rival].push(await durable(await start(), rival));
      }
    }
  } finally {
    await redis.stop();
  }
  return samples;
}

async function durable(contestant: Contestant, rival: 'bothy' | 'socketIo'): Promise<DurableSample> {
  const [server] = contestant.servers;
  const job = { kind: 'pairs', rival, port: server?.port ?? 0, rooms, seconds: durableSeconds } as const;
  try {
    const most = await contestant.load.run({ ...job, perSecond: 0 });
    const paced = await contestant.load.run({ ...job, rooms: rooms / 2, perSecond: pacedPerSecond });
    return {
      perSecond: most.times.length / most.seconds,
      p50Ms: quantile(paced, 0.5),
      p99Ms: quantile(paced, 0.99),
      pacedPerSecond: paced.times.length / paced.seconds,
    };
  } finally {
    await contestant.stop();
  }
}

function quantile({ times }: LoadResult, share: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
}

export const audienceSizes = [100, 1_000, 5_000] as const;
export type AudienceSize = (typeof audienceSizes)[number];

/** Microseconds of the server's processor for one delivery, by round. */
export interface FanOutSamples {
  readonly singly: Readonly<Record<Rival, number[]>>;
  readonly bursts: Readonly<Record<Rival, number[]>>;
}

/** Deliveries of one round: enough that hundredths of a second of processor time do not matter. */
const deliveriesPerRound = 60_000;

export async function fanOutRounds(count: number): Promise<ReadonlyMap<AudienceSize, FanOutSamples>> {
  const results = new Map<AudienceSize, FanOutSamples>();
  for (const size of audienceSizes) results.set(size, await fanOut(size, count));
  return results;
}

async function fanOut(size: number, count: number): Promise<FanOutSamples> {
  const contestants = await Promise.all([startBothy(), startBare(), startSocketIo()]);
  const samples = { singly: noSamples(), bursts: noSamples() };
  try {
    for (const contestant of contestants) await gather(contestant, size);
    const messages = Math.max(3, Math.round(deliveriesPerRound / size));
    const bursts = Math.max(3, Math.round(deliveriesPerRound / size / 10));
    for (let round = -1; round < count; round++) {
      for (const contestant of rotated(contestants, round + 1)) {
        const singly = await speak(contestant, messages, 1);
        const inBursts = await speak(contestant, bursts, 10);
        // The first round is cold.
        if (round < 0) continue;
        samples.singly[contestant.rival].push(singly.microseconds);
        samples.bursts[contestant.rival].push(inBursts.microseconds);
      }
    }
  } finally {
    for (const contestant of contestants) await contestant.stop();
  }
  return samples;
}

export interface ClusterSamples {
  readonly clients: number;
  readonly one: number[];
  readonly three: number[];
}

const clusterClients = 900;

/** The same audience at one node and spread over three: processor time of all nodes for one delivery. */
export async function clusterRounds(count: number): Promise<ClusterSamples> {
  const [one, three] = [await startBothy(1), await startBothy(3)];
  const samples: ClusterSamples = { clients: clusterClients, one: [], three: [] };
  try {
    for (const contestant of [one, three]) await gather(contestant, clusterClients);
    for (let round = -1; round < count; round++) {
      for (const [name, contestant] of rotated(
        [
          ['one', one],
          ['three', three],
        ] as const,
        round + 1,
      )) {
        const { microseconds } = await speak(contestant, 20, 1);
        if (round >= 0) samples[name].push(microseconds);
      }
    }
  } finally {
    for (const contestant of [one, three]) await contestant.stop();
  }
  return samples;
}

/** Bytes for one idle client. */
export type MemorySamples = Readonly<Record<Rival, number>>;

const idleClients = 5_000;
/** Until what connecting left behind is collected. */
const idleMs = 5_000;

export async function idleMemory(): Promise<MemorySamples> {
  const bytes: Record<Rival, number> = { bothy: 0, bare: 0, socketIo: 0 };
  for (const start of [() => startBothy(), startBare, () => startSocketIo()]) {
    const contestant = await start();
    try {
      const [server] = contestant.servers;
      await gather(contestant, 100);
      await new Promise((resolve) => setTimeout(resolve, idleMs));
      const before = server?.memoryBytes() ?? 0;
      await contestant.load.run({ kind: 'leave' });
      await gather(contestant, idleClients);
      await new Promise((resolve) => setTimeout(resolve, idleMs));
      bytes[contestant.rival] = ((server?.memoryBytes() ?? 0) - before) / (idleClients - 100);
    } finally {
      await contestant.stop();
    }
  }
  return bytes;
}

export interface StormSample {
  readonly seconds: number;
  readonly gaps: number;
}

export async function stormRounds(count: number): Promise<StormSample[]> {
  const samples: StormSample[] = [];
  const contestant = await startBothy();
  try {
    await gather(contestant, idleClients);
    for (let round = 0; round < count; round++) {
      const { seconds, gaps } = await contestant.load.run({ kind: 'storm' });
      samples.push({ seconds, gaps });
    }
  } finally {
    await contestant.stop();
  }
  return samples;
}

function noSamples(): Record<Rival, number[]> {
  return { bothy: [], bare: [], socketIo: [] };
}

function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
