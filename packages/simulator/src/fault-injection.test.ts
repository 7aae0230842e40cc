import { expect, test } from 'vitest';
import { calm, type FaultProfile, healAll, injectFaults } from './fault-injection.ts';
import { persist, probe } from './process-probe.ts';
import { seedRange } from './scenario.ts';

const all: FaultProfile = {
  crashEveryMs: 100,
  partitionEveryMs: 100,
  clockJumpEveryMs: 100,
  diskFailureEveryMs: 100,
  partialPartitionEveryMs: 100,
  diskStallEveryMs: 100,
  maxOutageMs: 80,
  maxSkewMs: 1_000,
};

/** Two processes that write all the time. */
function busyWorld(seed: string, profile: FaultProfile) {
  const world = probe({}, { seed });
  const { simulation } = world;
  const other = simulation.addProcess({
    id: 'other',
    createStore: () => null,
    write: () => {},
    boot: () => ({ step: () => [{ kind: 'persist', writes: [] }] }),
    perform: () => {},
    ask: () => {},
  });
  const write = (): void => {
    world.do(persist('w'));
    other.submit({ kind: 'go' });
    simulation.after(3, write);
  };
  write();
  injectFaults(simulation, profile, 2_000);
  const text = (): string => simulation.trace.text();
  return { ...world, other, text };
}

test.each(seedRange(1, 20))(
  '[SIM18] with seed %s everything is whole at the stated time, and stays so',
  (seed) => {
    const { simulation, process, other, text } = busyWorld(seed, all);
    simulation.run(2_000);
    const boots = [process.bootCount, other.bootCount];
    expect(Math.min(...boots)).toBeGreaterThan(2);
    expect(text()).toContain('faults end');
    expect([process.alive, other.alive]).toEqual([true, true]);
    simulation.run(2_000);
    expect([process.bootCount, other.bootCount]).toEqual(boots);
    expect([process.alive, other.alive]).toEqual([true, true]);
    expect([
      simulation.network.reachable('probe', 'other'),
      simulation.network.reachable('other', 'probe'),
    ]).toEqual([true, true]);
  },
);

const signs = {
  crashEveryMs: / crashes/,
  partitionEveryMs: /\d partition /,
  partialPartitionEveryMs: / partial partition /,
  diskStallEveryMs: / disk stalls/,
  clockJumpEveryMs: / clock /,
  diskFailureEveryMs: /the disk refuses/,
} as const;
const kinds = Object.keys(signs) as (keyof typeof signs)[];

test.each(kinds)('[SIM18] %s alone makes its kind of fault, and no other', (kind) => {
  const { simulation, text } = busyWorld('1', { ...calm, maxOutageMs: 80, maxSkewMs: 1_000, [kind]: 100 });
  simulation.run(1_000);
  for (const each of kinds) expect(signs[each].test(text()), each).toBe(each === kind);
});

test('[SIM18] a process that its disk ended starts again, also where outages take no time', () => {
  const { simulation, process } = busyWorld('1', { ...calm, diskFailureEveryMs: 100 });
  simulation.run(1_900);
  expect(process.bootCount).toBeGreaterThan(3);
});

test('[SIM18] the end heals what the scenario itself has cut and ended', () => {
  const { simulation, process } = busyWorld('1', calm);
  simulation.network.partition(['probe'], ['other']);
  process.crash();
  simulation.run(2_000);
  expect([process.alive, simulation.network.reachable('probe', 'other')]).toEqual([true, true]);
});

test('[SIM18] calm is calm', () => {
  const { simulation, process, text } = busyWorld('1', calm);
  simulation.run(3_000);
  expect(process.bootCount).toBe(1);
  for (const kind of kinds) expect(text()).not.toMatch(signs[kind]);
});

test('[SIM18] healing all heals partitions, mends disks and starts what is down', () => {
  const { simulation, process, do: submit } = probe();
  simulation.network.partition(['probe'], ['other']);
  process.failNextCommit();
  process.crash();
  healAll(simulation);
  submit(persist('w'));
  simulation.run(10);
  expect(simulation.network.reachable('probe', 'other')).toBe(true);
  expect([process.alive, process.store]).toEqual([true, ['w']]);
});
