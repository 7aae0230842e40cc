/**
 * A write lost without a fencing token: who holds a lease reads, pauses longer than the lease lasts, and writes as if
 * nothing had been. Meanwhile somebody else had the lease, and has written. Its clock cannot tell, for the pause may be
 * between its look at the clock and the write. What is written to has to refuse the older token.
 */
import { Fence, LeaseRegistry } from '../../src/discovery/lease-registry.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

const name = 'protocols/fencing-token';
const breaks = 'no acknowledged write is lost';
const key = 'file';
const ttlMs = 1_000;
const forMs = 60_000;

export const fencingToken: KnownFailure = {
  name,
  title: 'A holder of a lease pauses, and then writes over what the next holder has written',
  source:
    'Kleppmann: "How to do distributed locking", 2016; Burrows: "The Chubby Lock Service", OSDI 2006, section 2.4',
  breaks,
  seeds: 10,
  scenario: (isFixed) =>
    narrated(variantOf(name, isFixed), 'Three writers share a file by leases', (simulation) => {
      const registry = new LeaseRegistry<null>({ ttlMs, maxEntries: 10 });
      const fence = new Fence();
      let file: readonly string[] = [];
      const acknowledged: string[] = [];
      let refused = 0;
      const delayMs = (writer: string): number => 1 + simulation.random(`way of ${writer}`).below(20);
      /** Most are quick; one in ten stands still for longer than a lease, as a machine that swaps. */
      const pauseMs = (writer: string): number => {
        const random = simulation.random(`pauses of ${writer}`);
        return random.next() < 0.1 ? ttlMs + random.below(1_000) : random.below(50);
      };

      const write = (writer: string, token: number, line: string, read: readonly string[]): void => {
        // The one switch: whether the file looks at the token.
        if (isFixed && !fence.admits(token)) {
          refused += 1;
          simulation.note(`${writer} is refused: token ${token} after ${fence.highest}`);
          return;
        }
        file = [...read, line];
        acknowledged.push(line);
        simulation.note(`${writer} with token ${token} writes ${line}`);
        const lost = acknowledged.find((each) => !file.includes(each));
        if (lost !== undefined)
          simulation.fail(breaks, `${lost} was acknowledged, and ${writer} wrote over it`);
      };
      const turn = (writer: string, count: number): void => {
        const again = (): void => void simulation.after(delayMs(writer) * 20, () => turn(writer, count + 1));
        const answer = registry.register(key, writer, null, simulation.nowMs);
        if (answer.kind !== 'granted') return again();
        const { token } = answer.lease;
        simulation.after(delayMs(writer), () => {
          // It is looked at as late as can be, and that is not late enough.
          if (registry.get(key, simulation.nowMs)?.token !== token) return again();
          // With its token it reads, too: what the next one has written is not what it goes on from.
          if (isFixed && !fence.admits(token)) return again();
          const read = file;
          simulation.after(pauseMs(writer), () => {
            write(writer, token, `${writer}-${count}`, read);
            registry.release(key, token, simulation.nowMs);
            again();
          });
        });
      };
      for (const writer of ['ann', 'ben', 'cleo']) simulation.after(delayMs(writer), () => turn(writer, 1));
      simulation.run(forMs);
      return { acknowledged: acknowledged.length, refused, tokens: registry.lastToken };
    }),
};
