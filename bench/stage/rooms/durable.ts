/** Durable sends over many rooms of two: how many a second, and how long each takes at the aim's rate. */
import { type Contestant, startBothy, startRedis, startSocketIo } from './contests.ts';
import { interleaved, type RoundLimit } from './interleaved.ts';
import type { LoadResult } from './load.ts';

const rooms = 500;
const mostSeconds = 1.5;
const pacedSeconds = 3;
/** The aim's rate, at which its p99 is taken. */
const pacedPerSecond = 5_000;

export interface DurableSample {
  /** As many as get answered, one waiting in each room. */
  readonly perSecond: number;
  /** At the aim's rate, waiting included. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export type DurableSamples = Readonly<Record<'bothy' | 'socketIo', DurableSample[]>>;

export async function durableSamples(limit: RoundLimit): Promise<DurableSamples> {
  const samples: DurableSamples = { bothy: [], socketIo: [] };
  const redis = await startRedis();
  const contestants = [await startBothy(), await startSocketIo({ redisPort: redis.port })];
  try {
    for (const { rival, servers, load } of contestants) {
      if (rival === 'bare') continue;
      await load.run({ kind: 'pair', rival, port: servers[0]?.port ?? 0, rooms });
    }
    await interleaved(contestants, limit, async (contestant, counts) => {
      const sample = await durable(contestant);
      if (counts && contestant.rival !== 'bare') samples[contestant.rival].push(sample);
    });
  } finally {
    for (const contestant of contestants) await contestant.stop();
    await redis.stop();
  }
  return samples;
}

async function durable({ load }: Contestant): Promise<DurableSample> {
  const most = await load.run({ kind: 'send', seconds: mostSeconds, perSecond: 0 });
  const paced = await load.run({ kind: 'send', seconds: pacedSeconds, perSecond: pacedPerSecond });
  return {
    perSecond: most.times.length / most.seconds,
    p50Ms: quantile(paced, 0.5),
    p99Ms: quantile(paced, 0.99),
  };
}

function quantile({ times }: LoadResult, share: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
}
