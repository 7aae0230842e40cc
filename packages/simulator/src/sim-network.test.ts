import { expect, test } from 'vitest';
import { type PathFaults, perfectPath } from './sim-network.ts';
import { Simulation } from './simulation.ts';

const rough: PathFaults = { minDelayMs: 5, maxDelayMs: 50, loss: 0.2, duplicate: 0.2, reorder: true };

/** A network with one listener, `b`, and what it has heard and when. */
function listening(faults: PathFaults, seed = '1') {
  const simulation = new Simulation({ seed });
  const { network } = simulation;
  network.setFaults(faults);
  const heard: { readonly message: unknown; readonly atMs: number }[] = [];
  network.on('b', (_, message) => heard.push({ message, atMs: simulation.nowMs }));
  const sendAll = (count: number, channel?: string): void => {
    for (let i = 0; i < count; i++) network.send('a', 'b', i, channel);
  };
  return { simulation, network, heard, sendAll, messages: () => heard.map(({ message }) => message) };
}

test('[SIM13] messages arrive within their times, and every one is accounted for', () => {
  const { simulation, network, heard, sendAll } = listening(rough);
  sendAll(500);
  network.send('a', 'nobody', 'hello?');
  simulation.after(20, () => network.partition(['a'], ['b']));
  simulation.run(100);
  for (const { atMs } of heard) {
    expect(atMs).toBeGreaterThanOrEqual(5);
    expect(atMs).toBeLessThanOrEqual(50);
  }
  const { sent, delivered, lost, duplicated, cut, unheard } = network.counts;
  expect(sent + duplicated).toBe(delivered + lost + cut + unheard);
  for (const count of [lost, duplicated, cut, delivered]) expect(count).toBeGreaterThan(10);
  expect(heard).toHaveLength(delivered);
});

test('[SIM14] never with chance 0, always with chance 1, about half with a half', () => {
  const arrivals = (faults: Partial<PathFaults>): number => {
    const { simulation, heard, sendAll } = listening({ ...perfectPath, ...faults });
    sendAll(1_000);
    simulation.run(10);
    return heard.length;
  };
  expect(arrivals({})).toBe(1_000);
  expect(arrivals({ loss: 1 })).toBe(0);
  expect(arrivals({ duplicate: 1 })).toBe(2_000);
  expect(Math.abs(arrivals({ loss: 0.5 }) - 500)).toBeLessThan(60);
});

test('[SIM14] faults are for what is sent from then on, everywhere or on one path', () => {
  const { simulation, network, messages } = listening(perfectPath);
  network.send('a', 'b', 'before');
  network.setPathFaults('a', 'b', { ...perfectPath, loss: 1 });
  network.send('a', 'b', 'lost');
  network.send('c', 'b', 'another path');
  network.setFaults(perfectPath);
  network.send('a', 'b', 'after');
  simulation.run(10);
  expect(messages()).toEqual(['before', 'another path', 'after']);
});

test('[SIM15] without reordering, order is kept, copies included', () => {
  const { simulation, network, messages, sendAll } = listening({ ...rough, loss: 0, reorder: false });
  sendAll(200);
  simulation.run(100);
  const heard = messages() as number[];
  expect(heard).toEqual([...heard].sort((one, other) => one - other));
  expect(new Set(heard).size).toBe(200);
  expect(network.counts.reordered).toBe(0);
});

test('[SIM15] channels do not wait for each other', () => {
  const { simulation, network, messages } = listening({ ...perfectPath, maxDelayMs: 50, reorder: false });
  for (let i = 0; i < 50; i++) network.send('a', 'b', `${i % 2}`, `channel ${i % 2}`);
  simulation.run(100);
  const changes = messages().filter((message, index, all) => index > 0 && message !== all[index - 1]).length;
  // Strictly in turn, as one channel would give them, there are 49.
  expect(changes).toBeLessThan(45);
});

test('[SIM15] with reordering messages overtake each other, and that is counted', () => {
  const { simulation, network, messages, sendAll } = listening({ ...rough, loss: 0, duplicate: 0 });
  sendAll(200);
  simulation.run(100);
  expect(messages()).not.toEqual([...Array(200).keys()]);
  expect(network.counts.reordered).toBeGreaterThan(50);
});

test('[SIM16] a partition swallows what crosses it, also what is under way; healing brings nothing back', () => {
  const { simulation, network, messages } = listening({ ...perfectPath, minDelayMs: 10, maxDelayMs: 10 });
  network.send('a', 'b', 'under way');
  simulation.run(5);
  const heal = network.partition(['a'], ['b', 'c']);
  network.send('a', 'b', 'across');
  expect([network.reachable('a', 'c'), network.reachable('b', 'a'), network.reachable('b', 'c')]).toEqual([
    false,
    false,
    true,
  ]);
  simulation.run(20);
  heal();
  network.send('a', 'b', 'after');
  simulation.run(20);
  expect(messages()).toEqual(['after']);
  expect(network.counts.cut).toBe(2);
});

test('[SIM16] what is sent across a partition is swallowed, also when it would arrive after the healing', () => {
  const { simulation, network, messages } = listening({ ...perfectPath, minDelayMs: 10, maxDelayMs: 10 });
  const heal = network.partition(['a'], ['b']);
  network.send('a', 'b', 'across');
  simulation.run(5);
  heal();
  network.send('a', 'b', 'after');
  simulation.run(20);
  expect(messages()).toEqual(['after']);
  expect(network.counts.cut).toBe(1);
});

test('[SIM16] names with spaces are not taken for one another', () => {
  const { network } = listening(perfectPath);
  network.partition(['a b'], ['c']);
  expect([network.reachable('a b', 'c'), network.reachable('a', 'b c')]).toEqual([false, true]);
});

test('[SIM16] one way leaves the other direction alone; partitions are healed alone or together', () => {
  const { network } = listening(perfectPath);
  const healFirst = network.partition(['a'], ['b'], 'oneWay');
  expect([network.reachable('a', 'b'), network.reachable('b', 'a')]).toEqual([false, true]);
  network.partition(['a', 'b'], ['c']);
  network.partition(['a'], ['b']);
  healFirst();
  expect(network.reachable('a', 'b')).toBe(false);
  network.heal();
  expect([network.reachable('a', 'b'), network.reachable('a', 'c')]).toEqual([true, true]);
});

test('[SIM16] a partial partition cuts pairs, and a path is whole once all that cut it are healed', () => {
  const { simulation, network, messages } = listening(perfectPath);
  const healPair = network.cut([['a', 'b']]);
  expect([network.reachable('a', 'b'), network.reachable('b', 'a')]).toEqual([false, false]);
  expect([network.reachable('a', 'c'), network.reachable('c', 'b')]).toEqual([true, true]);
  const healOneWay = network.cut([['a', 'b']], 'oneWay');
  healPair();
  healPair();
  expect([network.reachable('a', 'b'), network.reachable('b', 'a')]).toEqual([false, true]);
  network.send('a', 'b', 'cut');
  healOneWay();
  network.send('a', 'b', 'whole');
  simulation.run(10);
  expect(messages()).toEqual(['whole']);
});

test.each<Partial<PathFaults>>([
  { loss: 1.1 },
  { duplicate: -0.1 },
  { loss: Number.NaN },
  { minDelayMs: 5, maxDelayMs: 4 },
  { minDelayMs: -1 },
  { maxDelayMs: Number.POSITIVE_INFINITY },
])('[SIM17] %j is refused', (wrong) => {
  const { network } = listening(perfectPath);
  expect(() => network.setFaults({ ...perfectPath, ...wrong })).toThrow(RangeError);
  expect(() => network.setPathFaults('a', 'b', { ...perfectPath, ...wrong })).toThrow(RangeError);
});
