import { BothyError } from '@bothy/wire';
import { expect, test } from 'vitest';
import { lookup, persist, probe, say, setTimer } from './process-probe.ts';

const slowDisk = { disk: { minCommitMs: 10, maxCommitMs: 10 } };

test('[SIM6] a crash keeps or loses a commit whole, and nobody has heard of it', () => {
  const kept = new Set<number>();
  for (let seed = 1; seed <= 40; seed++) {
    const { simulation, process, said, of, boots, do: submit } = probe(slowDisk, { seed: String(seed) });
    submit(persist('a', 'b'), say('done'));
    simulation.run(5);
    process.crash();
    simulation.run(20);
    process.start();
    expect(said).toEqual([]);
    expect(of('durable')).toEqual([]);
    expect([0, 2]).toContain(boots[1]?.length);
    kept.add(process.store.length);
  }
  expect(kept).toEqual(new Set([0, 2]));
});

test('[SIM6] what the process was told is durable is there at the next start; what waited is not', () => {
  const { simulation, process, said, boots, do: submit } = probe(slowDisk);
  submit(persist('first'), say('first'));
  simulation.run(10);
  expect(said).toEqual(['first']);
  submit(persist('second'), say('second'));
  submit(persist('third'), say('third'));
  process.crash();
  process.start();
  simulation.run(100);
  expect(boots[1]).toEqual(['first']);
  expect(process.store).toEqual(['first']);
  expect(said).toEqual(['first']);
});

test('[SIM7] nothing of one start reaches the next', () => {
  const { simulation, process, seen, said, do: submit } = probe({ answers: { minMs: 5, maxMs: 5 } });
  submit(lookup('q'), setTimer('k', 5), persist('w'), say('held'));
  process.after(5, () => expect.unreachable());
  process.crash();
  process.start();
  simulation.run(100);
  expect(seen.map(({ input }) => input.kind)).toEqual(['do']);
  expect(said).toEqual([]);
});

test('[SIM7] what the process set itself happens while it lives', () => {
  const { simulation, process } = probe();
  let ran = 0;
  process.after(5, () => {
    ran += 1;
  });
  simulation.run(5);
  expect(ran).toBe(1);
});

test('[SIM8] a dead process refuses inputs; starts are counted; running ones are left alone', () => {
  const { process, simulation, do: submit } = probe();
  expect([process.alive, process.bootCount]).toEqual([true, 1]);
  process.start();
  expect(process.bootCount).toBe(1);
  process.crash();
  process.crash();
  expect([process.alive, submit(say('hello?'))]).toEqual([false, false]);
  process.start();
  expect([process.alive, process.bootCount]).toEqual([true, 2]);
  expect(() => probeAgain()).toThrow(/probe already/);
  function probeAgain(): void {
    simulation.addProcess({
      id: 'probe',
      createStore: () => null,
      write: () => {},
      boot: () => ({ step: () => [] }),
      perform: () => {},
      ask: () => {},
    });
  }
});

test('[SIM9] a disk that fails refuses a commit whole and ends the process, which is no violation', () => {
  let ended = 0;
  const { simulation, process, said, do: submit } = probe({ ended: () => (ended += 1) });
  process.failNextCommit();
  submit(persist('a', 'b'), say('never'));
  simulation.run(10);
  expect([process.alive, process.store, said, ended]).toEqual([false, [], [], 1]);
  process.start();
  submit(persist('c'), say('works again'));
  simulation.run(10);
  expect([process.store, said]).toEqual([['c'], ['works again']]);
});

test('[SIM9, SIM20] a process that ends as if its disk had failed, though nobody asked for it, is a violation', () => {
  const { simulation, process, do: submit } = probe();
  process.failNextCommit();
  submit(persist('a'));
  // Also while a failure that was asked for is under way.
  process.submit({ kind: 'throw', error: new BothyError('storage_failed', 'The store is too slow.') });
  expect(() => simulation.run(10)).toThrow('no broken invariant: probe: The store is too slow.');
});

test('[SIM9] a disk that is mended in time does not fail', () => {
  const { simulation, process, do: submit } = probe();
  process.failNextCommit();
  process.mendDisk();
  submit(persist('a'));
  simulation.run(10);
  expect([process.alive, process.store]).toEqual([true, ['a']]);
});

test('[SIM9] what is committed to a disk that stalls is durable once the stall is over, and no sooner', () => {
  const { simulation, process, said, do: submit } = probe();
  submit(persist('before'));
  process.stallDisk(100);
  process.stallDisk(50);
  submit(say('held'));
  simulation.run(20);
  // What was under way already is not held up.
  expect([process.store, said]).toEqual([['before'], ['held']]);
  submit(persist('a'), say('a'));
  simulation.run(79);
  expect([process.store, said]).toEqual([['before'], ['held']]);
  simulation.run(10);
  expect([process.store, said]).toEqual([
    ['before', 'a'],
    ['held', 'a'],
  ]);
  submit(persist('after'));
  simulation.run(10);
  expect(process.store).toEqual(['before', 'a', 'after']);
});

test('[SIM10] answers take their time, and overtake each other', () => {
  const { simulation, of, do: submit } = probe({ answers: { minMs: 1, maxMs: 10 } });
  const asked = [...Array(20).keys()].map(String);
  submit(...asked.map(lookup));
  simulation.run(0.5);
  expect(of('found')).toEqual([]);
  simulation.run(10);
  const answered = of('found').map(({ id }) => id);
  expect(answered).not.toEqual(asked);
  expect(answered.toSorted((one, other) => Number(one) - Number(other))).toEqual(asked);
});

test('[SIM10] an answer says what was durable when it was asked', () => {
  const { simulation, of, do: submit } = probe({ answers: { minMs: 50, maxMs: 50 } });
  submit(persist('before'), lookup('q'));
  submit(persist('after'));
  simulation.run(100);
  expect(of('found')).toEqual([{ kind: 'found', id: 'q', answer: ['before'] }]);
});

test('[SIM11] wall time is off by its skew and never below 0; monotonic time does not care', () => {
  const { simulation, process, seen, do: submit } = probe({ clock: { skewMs: -500 } });
  submit();
  process.setSkew(3_600_000);
  submit();
  process.setSkew(-1e15);
  simulation.run(10);
  submit();
  expect(process.wallMs).toBe(0);
  const walls = seen.map(({ now }) => now.wallMs);
  expect(walls).toEqual([simulation.wallMs - 10 - 500, simulation.wallMs - 10 + 3_600_000, 0]);
  const [first, second, third] = seen.map(({ now }) => now.monoMs);
  expect(second).toBe(first);
  expect((third ?? 0) - (second ?? 0)).toBeCloseTo(10, 6);
});

test('[SIM11] monotonic time starts anew with each start', () => {
  const { process, seen, do: submit } = probe();
  for (let start = 0; start < 5; start++) {
    submit();
    process.crash();
    process.start();
  }
  expect(new Set(seen.map(({ now }) => now.monoMs)).size).toBe(5);
});

test('[SIM12] a fast clock runs fast, and its timers fire when it says so', () => {
  const { simulation, seen, do: submit } = probe({ clock: { driftPpm: 100_000 } });
  submit(setTimer('k', 1_100));
  simulation.run(2_000);
  submit();
  const [start, timer, end] = seen;
  expect(timer?.trueMs).toBeCloseTo(1_000, 2);
  expect((timer?.now.monoMs ?? 0) - (start?.now.monoMs ?? 0)).toBeGreaterThanOrEqual(1_100);
  expect((end?.now.monoMs ?? 0) - (start?.now.monoMs ?? 0)).toBeCloseTo(2_200, 6);
  expect((end?.now.wallMs ?? 0) - (start?.now.wallMs ?? 0)).toBe(2_200);
});

test('[SIM17] times that are none are refused', () => {
  expect(() => probe({ disk: { minCommitMs: 5, maxCommitMs: 1 } })).toThrow(RangeError);
  expect(() => probe({ answers: { minMs: -1, maxMs: 1 } })).toThrow(RangeError);
});
