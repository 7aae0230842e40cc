/** Two participants, and a crash at every single output of the run: nothing is left to chance. */
import { expect, test } from 'vitest';
import { expectFinished, expectSafe } from '../../testing/commit-checks.ts';
import { CommitWorld, coordinatorName } from '../../testing/commit-world.ts';

const participants = ['P1', 'P2'];

/** Delivers all that is on its way; whoever crashes stays down until the network is quiet. */
function run(crashAt: readonly (number | undefined)[], refuses: string | undefined): CommitWorld {
  const [first, ...later] = crashAt;
  const answer = (name: string) => (name === refuses ? { refused: 'busy' } : ('ready' as const));
  const world = new CommitWorld({ participants, answer });
  world.crashAt = first;
  world.begin('t1', 'room');
  for (const next of [...later, undefined]) {
    while (world.network.length > 0) {
      world.deliver(0);
      expectSafe(world);
    }
    world.crashAt = next;
    for (const name of [coordinatorName, ...participants]) world.restart(name);
  }
  world.heal();
  expectSafe(world);
  expectFinished(world);
  return world;
}

const outcomeOf = (world: CommitWorld): string | undefined => world.coordinator?.stateOf('t1')?.outcome;

test.each([undefined, 'P1', 'P2'])(
  '[2PC1, 2PC2, 2PC3] one crash at every output, with %s refusing',
  (refuses) => {
    const whole = run([undefined], refuses);
    expect(outcomeOf(whole)).toBe(refuses === undefined ? 'committed' : 'aborted');
    const outcomes = new Set<string | undefined>();
    for (let at = 0; at < whole.effects; at++) outcomes.add(outcomeOf(run([at], refuses)));
    // Undefined: the very first record was never written, so nothing has begun.
    expect(outcomes).toEqual(
      new Set(refuses === undefined ? [undefined, 'aborted', 'committed'] : [undefined, 'aborted']),
    );
  },
);

test('[2PC1, 2PC2, 2PC3] a second crash at every output after every first one', () => {
  const length = run([undefined], undefined).effects;
  const outcomes = { committed: 0, aborted: 0 };
  for (let first = 0; first < length; first++) {
    for (let second = first; second < 2 * length; second++) {
      const outcome = outcomeOf(run([first, second], undefined));
      if (outcome === 'committed' || outcome === 'aborted') outcomes[outcome] += 1;
    }
  }
  expect(outcomes.committed).toBeGreaterThan(100);
  expect(outcomes.aborted).toBeGreaterThan(100);
});
