/** Leases against elections: the old leader is cut off, and may answer reads by itself only while nobody else leads. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RaftChecks } from '../../../testing/raft-checks.ts';
import { type Fault, type Packet, RaftWorld } from '../../../testing/raft-world.ts';

interface History {
  /** `c` hears nothing of the leader for so long, then nobody does. */
  readonly deafMs: number;
  /** How fast the clocks of the three run, within what `clockDrift` allows. */
  readonly rates: readonly number[];
  /** One of the others starts again before it is asked for its vote. */
  readonly isRestarted: boolean;
}

const history: fc.Arbitrary<History> = fc.record({
  deafMs: fc.nat({ max: 2_500 }),
  rates: fc.array(fc.constantFrom(1, 1.05, 1.1), { minLength: 3, maxLength: 3 }),
  isRestarted: fc.boolean(),
});

/** Gives how many reads were answered by a lease while others voted, and how many after somebody else led. */
function play(
  { deafMs, rates, isRestarted }: History,
  fault: Fault = {},
): { reads: number; elected: number } {
  const world = new RaftWorld({}, undefined, fault);
  const ids = ['a', 'b', 'c'];
  for (const id of ids) world.add(id, ids);
  for (const [at, id] of ids.entries())
    world.process(id).clockRate = (rates[at] ?? 1) * (fault.clocks ?? 1) ** at;
  const checks = new RaftChecks(world);
  world.elect('a');
  const isBetween = ({ from, to }: Packet, id: string): boolean =>
    (from === id || to === id) && (from === 'a' || to === 'a');
  world.run(deafMs, (packet) => isBetween(packet, 'c'));
  if (isRestarted) world.crash('b');
  if (isRestarted) world.restart('b');
  const ends = { reads: 0, elected: 0 };
  for (let at = 0; at < 300; at++) {
    world.run(10, (packet) => isBetween(packet, 'a'));
    const others = world.leader;
    if (others !== undefined && others.id !== 'a') {
      ends.elected += 1;
      world.step(others.id, { kind: 'propose', id: `p${at}`, command: 'x' });
      world.settle((packet) => isBetween(packet, 'a'));
    }
    checks.readAsked(`r${at}`);
    world.step('a', { kind: 'read', id: `r${at}`, mode: 'lease' });
    if (world.answers.at(-1)?.id === `r${at}` && world.answers.at(-1)?.result.ok === true) ends.reads += 1;
  }
  return ends;
}

test('[RF11, RF27] whoever answers by its lease misses nothing that others committed', () => {
  const ends = { reads: 0, elected: 0 };
  fc.assert(
    fc.property(history, (each) => {
      const { reads, elected } = play(each);
      ends.reads += reads;
      ends.elected += elected;
    }),
    { numRuns: 100, seed: 7 },
  );
  expect(ends.reads).toBeGreaterThan(1_000);
  expect(ends.elected).toBeGreaterThan(1_000);
});

const faults: Readonly<Record<string, Fault>> = {
  'asks for votes in spite of a lease': {
    message: (message) => (message.kind === 'requestVote' ? { ...message, transfer: true } : message),
  },
  'trusts clocks more than they deserve': { options: { clockDrift: 1 }, clocks: 1.2 },
};

test.each(Object.entries(faults))('one that %s is found', (_, fault) => {
  const { failed } = fc.check(
    fc.property(history, (each) => void play(each, fault)),
    { numRuns: 200, seed: 7, endOnFailure: true },
  );
  expect(failed).toBe(true);
});
