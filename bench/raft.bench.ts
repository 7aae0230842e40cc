/** Proposals a second of three Raft members on the production loop, in memory and on disks, one by one and many at once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figureTable } from './stage/figures.ts';
import { memoryStorage, type OpenStorage, RaftCluster } from './stage/raft-cluster.ts';
import { diskStorage } from './stage/raft-disk.ts';
import { publish } from './stage/readme-section.ts';

const measuredMs = 3_000;
const command = 'x'.repeat(100);

/** With so many under way at once. */
async function proposalsPerSecond(openStorage: OpenStorage, atOnce: number): Promise<number> {
  const cluster = new RaftCluster(openStorage);
  try {
    const leader = await cluster.leader();
    const count = async (forMs: number): Promise<number> => {
      const untilMs = performance.now() + forMs;
      let committed = 0;
      const work = async (): Promise<void> => {
        while (performance.now() < untilMs) {
          await cluster.propose(leader, command);
          committed += 1;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      return committed;
    };
    await count(measuredMs / 3);
    const beganMs = performance.now();
    return (await count(measuredMs)) / ((performance.now() - beganMs) / 1_000);
  } finally {
    cluster.close();
  }
}

async function figure(what: string, openStorage: OpenStorage, atOnce: number): Promise<Figure> {
  const rate = Math.round(await proposalsPerSecond(openStorage, atOnce));
  const measured = `${rate.toLocaleString('en')}/s`;
  return { what, ours: measured, beside: '', measured };
}

/** Each with a folder of its own, for logs grow. */
async function onDisk(what: string, atOnce: number): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'bothy-raft-'));
  try {
    return await figure(what, diskStorage(folder), atOnce);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

publish(
  'raft',
  figureTable([
    await figure('proposals of 100 B committed a second, in memory, one after the other', memoryStorage, 1),
    await figure('the same, 256 at once', memoryStorage, 256),
    await onDisk('on disk (SQLite, each commit flushed), one after the other', 1),
    await onDisk('the same, 256 at once', 256),
  ]),
);
