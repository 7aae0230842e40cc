/** Two machines over modelled connections, under every interleaving that fast-check thinks of. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { candidatesPerFragment } from '../../testing/model-connection.ts';
import { NegotiationWorld, type Side, type WorldOptions } from '../../testing/negotiation-world.ts';

const wish = fc.record({ side: fc.constantFrom(0 as const, 1 as const), restart: fc.boolean() });
const step = fc.record({
  choice: fc.nat(999),
  repeat: fc.option(fc.nat(5), { freq: 6, nil: undefined }),
});

/** Chooses as told, then always the first, which must come to rest: that is the liveness part. */
function play(
  world: NegotiationWorld,
  steps: readonly { choice: number; repeat: number | undefined }[],
): void {
  for (const { choice, repeat } of steps) {
    const choices = world.choices();
    choices[choice % Math.max(1, choices.length)]?.run();
    if (repeat !== undefined) world.repeat(repeat);
  }
  for (let left = 2_000; left > 0; left--) {
    const [first] = world.choices();
    if (first === undefined) return;
    first.run();
  }
  throw new Error('they never come to rest');
}

function expectAgreement([one, other]: readonly [Side, Side]): void {
  for (const { machine, connection } of [one, other]) {
    expect(machine.signalingState).toBe('stable');
    expect(connection.signaling).toBe('stable');
    expect(connection.satisfied).toBe(true);
  }
  const pair = [one.connection.local, other.connection.local];
  expect([other.connection.remote, one.connection.remote]).toEqual(pair);
  expect(pair.map((each) => each?.type).sort()).toEqual(['answer', 'offer']);
  const [offer, answer] = pair[0]?.type === 'offer' ? pair : pair.toReversed();
  expect(answer?.answers).toBe(offer?.id);
  for (const [from, to] of [[one, other] as const, [other, one] as const]) {
    const fragment = from.connection.local?.fragment;
    const ofIt = [...to.connection.applied].filter((candidate) => candidate.startsWith(`${fragment}/`));
    expect(ofIt).toHaveLength(candidatesPerFragment);
  }
}

function holds(topics: WorldOptions['topics'], perRun: (world: NegotiationWorld) => void): void {
  fc.assert(
    fc.property(
      fc.array(wish, { minLength: 1, maxLength: 6 }),
      fc.array(step, { maxLength: 150 }),
      (wishes, steps) => {
        const world = new NegotiationWorld({ topics, wishes });
        play(world, steps);
        expectAgreement(world.sides);
        perRun(world);
      },
    ),
    { numRuns: 2_000, seed: 2 },
  );
}

test('[PP1] [PP2] [PP9] over topics apart, with repeats, both end stable on one pair with its candidates', () => {
  holds('apart', (world) => {
    const bad = world.outputs.filter(
      (output) =>
        output.kind === 'failed' ||
        (output.kind === 'candidateDropped' && output.reason === 'rejected') ||
        ('reason' in output && (output.reason === 'tooEarly' || output.reason === 'unasked')),
    );
    expect(bad).toEqual([]);
  });
});

test('[PP1] [PP2] over one ordered topic, numbers and fragments are not needed', () => {
  holds('one', (world) => {
    expect(world.outputs.filter(({ kind }) => kind === 'failed')).toEqual([]);
  });
});
