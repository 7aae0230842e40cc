/**
 * Write-behind and a deletion: what waits to be written is about something that is deleted meanwhile, and the flush brings
 * it back. What is deleted has to be dropped from what waits. Beside that the scenario checks what a crash may take:
 * nothing that is older than the delay.
 */
import { WriteBehind } from '../../src/caching/write-behind.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

const name = 'protocols/deleted-comes-back';
const breaks = 'what was deleted stays deleted';
const options = { maxDelayMs: 500, maxPending: 4 };
const keys = 8;

export const deletedComesBack: KnownFailure = {
  name,
  title: 'A flush writes what was deleted while it waited',
  source:
    'Jouppi: "Cache Write Policies and Performance", ISCA 1993, section 2: a write-back cache that is invalidated must not write back',
  breaks,
  seeds: 10,
  scenario: (isFixed) =>
    narrated(
      variantOf(name, isFixed),
      'Marks are written behind, members leave, the power goes',
      (simulation) => {
        const random = simulation.random('world');
        const disk = new Map<number, number>();
        const writtenMs = new Map<number, number>();
        const counts = { marks: 0, flushes: 0, deletions: 0, crashes: 0, lost: 0 };
        let behind = new WriteBehind<number, number>(options);
        let cancel = (): void => {};
        const schedule = (): void => {
          cancel();
          const dueMs = behind.dueMs;
          if (dueMs === Infinity) return;
          cancel = simulation.after(Math.max(0, dueMs - simulation.nowMs), () => {
            counts.flushes += 1;
            const flushed = behind.flush();
            for (const [key, value] of flushed) disk.set(key, value);
            simulation.note(`flush: ${flushed.map(([key, value]) => `${key} is ${value}`).join(', ')}`);
            behind.flushed();
            schedule();
          });
        };
        const act = (left: number): void => {
          const key = random.below(keys);
          const die = random.below(40);
          if (die === 0) {
            counts.crashes += 1;
            for (const [each, atMs] of writtenMs) {
              if (behind.get(each) === undefined) continue;
              counts.lost += 1;
              const ageMs = simulation.nowMs - atMs;
              if (ageMs > options.maxDelayMs)
                simulation.fail('a crash takes what is young', `${ageMs} ms old`);
            }
            simulation.note('crash');
            behind = new WriteBehind(options);
          } else if (die < 5) {
            counts.deletions += 1;
            // The one switch: whether what waits is dropped as well.
            if (isFixed) behind.drop(key);
            disk.delete(key);
            writtenMs.delete(key);
            simulation.note(`${key} is deleted`);
          } else if (die < 25) {
            counts.marks += 1;
            if (behind.get(key) === undefined) writtenMs.set(key, simulation.nowMs);
            behind.put(key, counts.marks, simulation.nowMs);
            simulation.note(`${key} is marked ${counts.marks}, on the disk it is ${disk.get(key) ?? 'not'}`);
          }
          schedule();
          for (const each of disk.keys()) {
            if (!writtenMs.has(each))
              simulation.fail(breaks, `${each} was deleted, and is on the disk again`);
          }
          if (left > 0) simulation.after(random.below(60), () => act(left - 1));
        };
        act(400);
        simulation.runUntilIdle(60_000);
        return counts;
      },
    ),
};
