/** Five thousand clients: the memory of idle ones, and how they come back when all are cut off at once. */
import { gather, startBare, startBothy, startSocketIo } from './contests.ts';
import { interleaved, type RoundLimit } from './interleaved.ts';
import type { Rival } from './load.ts';

const clients = 5_000;
/** Until what connecting left behind is collected. */
const idleMs = 3_000;
/** Connected first, so that the code is there and the heap has its size. */
const clientsBefore = 100;

/** Bytes for one idle client, by round. */
export type MemorySamples = Readonly<Record<Rival, number[]>>;

/** All with the flags of a node: a heap that may grow as it likes says nothing about what is kept in it. */
export async function memorySamples(limit: RoundLimit): Promise<MemorySamples> {
  const bytes: MemorySamples = { bothy: [], bare: [], socketIo: [] };
  const starts = [
    () => startBothy(),
    () => startBare({ asNode: true }),
    () => startSocketIo({ asNode: true }),
  ];
  await interleaved(starts, limit, async (start, counts) => {
    // A fresh server each time has no code that is cold for long: the first round serves as well as any.
    if (!counts) return;
    const contestant = await start();
    const memory = (): number => contestant.servers[0]?.memoryBytes() ?? 0;
    const idle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, idleMs));
    try {
      await gather(contestant, clientsBefore);
      await idle();
      const before = memory();
      await contestant.load.run({ kind: 'leave' });
      await gather(contestant, clients);
      await idle();
      bytes[contestant.rival].push((memory() - before) / (clients - clientsBefore));
    } finally {
      await contestant.stop();
    }
  });
  return bytes;
}

export interface StormSample {
  readonly seconds: number;
  readonly gaps: number;
}

export async function stormSamples(limit: RoundLimit): Promise<StormSample[]> {
  const samples: StormSample[] = [];
  const contestant = await startBothy();
  try {
    await gather(contestant, clients);
    await interleaved([contestant], limit, async ({ load }, counts) => {
      const { seconds, gaps } = await load.run({ kind: 'storm' });
      if (counts) samples.push({ seconds, gaps });
    });
  } finally {
    await contestant.stop();
  }
  return samples;
}
