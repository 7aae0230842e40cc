/**
 * A cache that is written to first: somebody reads a value that the store has not got yet, acts on it, and a crash takes
 * it back. With write-through a value is read once the store has it.
 */
import {
  checkLinearizable,
  type Operation,
  type RegisterInput,
  type RegisterOutput,
  registerModel,
} from '@bothy/protocols';
import { WriteThrough, type WriteThroughOutput } from '../../src/caching/write-through.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

const name = 'protocols/read-before-written';
const breaks = 'what was read stays';
const options = { maxEntries: 10, maxWaiting: 1_000 };

export const readBeforeWritten: KnownFailure = {
  name,
  title: 'What is in the cache and not yet in the store is read, and gone after a crash',
  source: 'Jouppi: "Cache Write Policies and Performance", ISCA 1993, section 2',
  breaks,
  seeds: 10,
  scenario: (isFixed) =>
    narrated(
      variantOf(name, isFixed),
      'A setting is changed and read while the power comes and goes',
      (simulation) => {
        const random = simulation.random('world');
        const disk = new Map<string, number>();
        const counts = { writes: 0, reads: 0, crashes: 0, told: 0 };
        let cache = new WriteThrough<string, number, number>(options);
        /** What a cache without write-through would say. */
        let eager = new Map<string, number>();
        let boot = 0;
        const history: Operation<RegisterInput, RegisterOutput>[] = [];
        /** Writes that nobody was told of yet. */
        const open = new Map<number, number>();
        const noteWritten = (value: number, output: 'done' | undefined): void => {
          const calledMs = open.get(value) ?? 0;
          open.delete(value);
          const input = { kind: 'write', key: 'x', value: `${value}` } as const;
          history.push({ client: 'writer', input, output, calledMs, answeredMs: simulation.nowMs });
        };
        const take = (outputs: readonly WriteThroughOutput<string, number, number>[]): void => {
          for (const output of outputs) {
            if (output.kind === 'written') {
              counts.told += output.writers.length;
              for (const writer of output.writers) noteWritten(writer, 'done');
            }
            if (output.kind !== 'store') continue;
            const { key, value } = output;
            const own = boot;
            simulation.after(5 + random.below(60), () => {
              if (own !== boot) return;
              disk.set(key, value ?? 0);
              simulation.note(`the disk has ${value}`);
              take(cache.stored(key));
            });
          }
        };
        const act = (left: number): void => {
          const die = random.below(20);
          if (die === 0) {
            counts.crashes += 1;
            boot += 1;
            cache = new WriteThrough(options, disk);
            eager = new Map(disk);
            simulation.note(`crash: the disk has ${disk.get('x')}`);
          } else if (die < 8) {
            counts.writes += 1;
            simulation.note(`${counts.writes} is written`);
            open.set(counts.writes, simulation.nowMs);
            eager.set('x', counts.writes);
            take(cache.write('x', counts.writes, counts.writes));
          } else {
            counts.reads += 1;
            // The one switch: whether what is not stored yet is read.
            const seen = (isFixed ? cache.read('x') : eager.get('x')) ?? 0;
            simulation.note(`${seen} is read`);
            const now = { calledMs: simulation.nowMs, answeredMs: simulation.nowMs };
            const output = seen === 0 ? null : `${seen}`;
            history.push({ client: 'reader', input: { kind: 'read', key: 'x' }, output, ...now });
          }
          if (left > 0) simulation.after(random.below(20), () => act(left - 1));
        };
        act(300);
        simulation.runUntilIdle(60_000);
        // Those that a crash took.
        for (const value of [...open.keys()]) noteWritten(value, undefined);
        const verdict = checkLinearizable(history, registerModel);
        if (verdict.kind === 'unknown') simulation.fail('it can be judged', `${history.length} operations`);
        if (verdict.kind === 'violated') {
          const told = verdict.witness.map(({ input, output }) =>
            input.kind === 'write' ? `write ${input.value}` : `read ${String(output)}`,
          );
          simulation.fail(breaks, `${verdict.sentence} ${told.join(', ')}`);
        }
        return counts;
      },
    ),
};
