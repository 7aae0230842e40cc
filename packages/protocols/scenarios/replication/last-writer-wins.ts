/**
 * Last writer wins by the wall clock: two devices change one setting in turn, each after it has seen what the other
 * wrote. One clock is ahead, so what is written later has the lower time, and is thrown away everywhere: a write that
 * its author saw succeed is gone. With hybrid logical clocks a write is after everything that its author has seen.
 */
import { checkEventual } from '@bothy/protocols';
import { compareHlc, type Hlc, HybridLogicalClock } from '../../src/clocks/hybrid-logical-clock.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

interface Written {
  readonly value: string;
  readonly at: Hlc;
  readonly by: string;
  /** What its author saw, whose place it takes: kept for the check alone. */
  readonly after: string | undefined;
}

const name = 'protocols/last-writer-wins';
const breaks = 'no write is lost to one that it followed';
const devices = ['laptop', 'phone', 'tablet'];
const rounds = 12;

export const lastWriterWins: KnownFailure = {
  name,
  title: 'A clock that is ahead makes every later write of others the older one',
  source:
    'Kingsbury: "The trouble with timestamps", 2013; Kulkarni et al.: "Logical Physical Clocks", OPODIS 2014',
  breaks,
  seeds: 20,
  scenario: (isFixed) =>
    narrated(variantOf(name, isFixed), 'Three devices change one setting', (simulation) => {
      const { network } = simulation;
      network.setFaults({ minDelayMs: 1, maxDelayMs: 50, loss: 0, duplicate: 0.2, reorder: true });
      const random = simulation.random('writers');
      const held = new Map<string, Written>();
      const clocks = new Map(
        devices.map((device) => [device, new HybridLogicalClock({ maxAheadMs: 3_600_000 })]),
      );
      // Up to a minute off, either way.
      const skews = new Map(devices.map((device) => [device, random.below(120_000) - 60_000]));
      for (const [device, skewMs] of skews) {
        const isAhead = skewMs > 0 ? 'ahead' : 'behind';
        simulation.note(`the clock of ${device} is ${Math.abs(skewMs / 1_000).toFixed(1)} s ${isAhead}`);
      }
      const wallMs = (device: string): number => simulation.wallMs + (skews.get(device) ?? 0);
      const take = (device: string, written: Written): void => {
        clocks.get(device)?.observe(written.at, wallMs(device));
        const own = held.get(device);
        const order =
          own === undefined ? 1 : compareHlc(written.at, own.at) || (written.by > own.by ? 1 : -1);
        if (order > 0) held.set(device, written);
      };
      const write = (device: string, value: string): void => {
        const seen = held.get(device);
        // The one switch: the wall clock as it is, or a clock that has merged what was seen.
        const stamp = clocks.get(device)?.tick(wallMs(device));
        const at = isFixed && stamp !== undefined ? stamp : { ms: wallMs(device), counter: 0 };
        const written: Written = { value, at, by: device, after: seen?.value };
        simulation.note(`${device} writes ${value} over ${seen?.value ?? 'nothing'}`);
        take(device, written);
        if (held.get(device) !== written) {
          simulation.fail(
            breaks,
            `${device} wrote ${value} over ${seen?.value}, and ${seen?.value} is still there`,
          );
        }
        for (const other of devices) if (other !== device) network.send(device, other, written);
      };
      for (const device of devices) network.on(device, (_, message) => take(device, message as Written));
      for (let round = 0; round < rounds; round++) {
        simulation.after(1_000 * round, () =>
          write(devices[random.below(devices.length)] ?? '', `v${round}`),
        );
      }
      simulation.run(1_000 * (rounds + 1));
      const ends = devices.map((replica) => {
        const shown = held.get(replica)?.value ?? 'nothing';
        return { replica, atMs: simulation.nowMs, updates: [shown], shown };
      });
      const verdict = checkEventual(ends);
      if (verdict.kind === 'violated') simulation.fail('all hold the same', verdict.sentence);
      const last = `v${rounds - 1}`;
      if (ends.every(({ shown }) => shown !== last))
        simulation.fail(breaks, `${last} was the last, and is gone`);
      return { writes: rounds };
    }),
};
