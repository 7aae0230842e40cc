import { describe, expect, test } from 'vitest';
import { type Attempt, SagaWorld } from '../../testing/saga-world.ts';
import { seededRandom } from '../random.ts';
import { Saga, type SagaOptions } from './saga.ts';
import type { SagaOutput, SagaStep } from './saga-messages.ts';

const steps: readonly SagaStep[] = [
  { name: 'sessions', kind: 'compensatable' },
  { name: 'name', kind: 'compensatable' },
  { name: 'rooms', kind: 'pivot' },
  { name: 'mailbox', kind: 'retriable' },
];
const options: SagaOptions = { againMs: 1_000, againMaxMs: 8_000, maxOpen: 2, maxRemembered: 2 };

/** Attempts at each step in turn; `done` after those. */
function script(attempts: Readonly<Record<string, readonly Attempt[]>>) {
  const asked = new Map<string, number>();
  return (step: string, direction: 'carryOut' | 'undo'): Attempt => {
    const key = direction === 'undo' ? `undo ${step}` : step;
    const at = asked.get(key) ?? 0;
    asked.set(key, at + 1);
    return attempts[key]?.[at] ?? 'done';
  };
}

function run(attempts: Readonly<Record<string, readonly Attempt[]>>): SagaWorld {
  const world = new SagaWorld({ steps, attempt: script(attempts) });
  world.begin('s1');
  world.finish();
  return world;
}

const text = (world: SagaWorld): string => `${world.transcript.join('\n')}\n`;

describe('one after the other', () => {
  test('[SG1] a step begins once the one before is done, and that is written', async () => {
    const world = run({});
    expect(world.changes).toEqual(steps.map(({ name }) => `+ s1 ${name}`));
    expect(world.ended).toMatchObject([{ saga: 's1', state: 'completed', done: 4 }]);
    await expect(text(world)).toMatchFileSnapshot('../testdata/saga.txt');
  });

  test('[SG2, SG4] when a step fails for good, those before it are undone, the last one first', async () => {
    const world = run({ rooms: ['failed'], 'undo name': ['again'] });
    expect(world.changes).toEqual(['+ s1 sessions', '+ s1 name', '- s1 name', '- s1 sessions']);
    expect(world.ended).toMatchObject([{ state: 'compensated', done: 0, reason: 'rooms is out of order.' }]);
    await expect(text(world)).toMatchFileSnapshot('../testdata/saga-compensated.txt');
  });

  test('[SG2] the first step fails: nothing is to be undone', () => {
    expect(run({ sessions: ['failed'] })).toMatchObject({ changes: [], ended: [{ state: 'compensated' }] });
  });

  test('[SG2, SG5] a step that fails for good at its first attempt had no effect, and is not undone itself', () => {
    expect(run({ name: ['failed'] }).changes).toEqual(['+ s1 sessions', '- s1 sessions']);
    // What was tried before may have had one.
    expect(run({ name: ['again', 'failed'] }).changes).toContain('- s1 name');
  });

  test('[SG3] after the pivot there is no way back: even what fails for good is tried again', () => {
    const world = run({ mailbox: ['failed', 'failed', 'again', 'unsaid'] });
    expect(world.ended).toMatchObject([{ state: 'completed' }]);
    expect(world.changes.filter((change) => change.endsWith('mailbox'))).toHaveLength(2);
  });

  test('[SG3] a pivot that did not say how it ended is tried until it says so', () => {
    const again = Array.from({ length: 20 }, () => 'again' as const);
    expect(run({ rooms: again }).ended).toMatchObject([{ state: 'completed' }]);
    expect(run({ rooms: [...again, 'failed'] }).ended).toMatchObject([{ state: 'compensated' }]);
  });

  test('[SG4] undoing is tried until it is done', () => {
    const world = run({
      rooms: ['failed'],
      'undo name': Array.from({ length: 30 }, () => 'failed' as const),
    });
    expect([...world.marks]).toEqual([]);
  });

  test('[SG5] a step that was tried too often counts as failed, and is undone too, for it may be half done', () => {
    const world = run({ name: ['again', 'unsaid', 'again'] });
    expect(world.changes).toEqual(['+ s1 sessions', '+ s1 name', '- s1 name', '- s1 sessions']);
    expect(world.ended).toMatchObject([{ state: 'compensated', reason: 'name is out of order.' }]);
  });
});

describe('crashes', () => {
  test('[SG6] after a crash it goes on where it was, with the step that was under way', async () => {
    const world = new SagaWorld({ steps });
    world.begin('s1');
    world.answer();
    world.crashAt = world.effects + 1;
    world.answer();
    world.finish();
    expect(world.ended).toMatchObject([{ state: 'completed' }]);
    await expect(text(world)).toMatchFileSnapshot('../testdata/saga-crash.txt');
  });

  test('[SG6] one that was turning back goes on turning back', () => {
    const world = new SagaWorld({ steps, attempt: script({ rooms: ['failed'] }) });
    world.begin('s1');
    for (let step = 0; step < 3; step++) world.answer();
    world.crash();
    world.finish();
    expect(world.ended).toMatchObject([{ state: 'compensated', reason: 'rooms is out of order.' }]);
  });
});

describe('begin, cancel and ask', () => {
  test('[SG7] a known id changes nothing, also once it has ended and after a crash', () => {
    const world = run({});
    world.begin('s1');
    world.crash();
    world.restart();
    world.begin('s1');
    expect(world.isIdle).toBe(true);
    expect(world.transcript.filter((line) => line.endsWith('known'))).toHaveLength(2);
  });

  test('[SG8] one saga of a subject at a time, and so many of all', () => {
    const saga = new Saga(options, seededRandom('a'));
    const begin = (id: string, subject: string) => saga.begin([], id, subject, steps);
    expect(begin('s1', 'ana')).toEqual({ kind: 'begun' });
    expect(begin('s2', 'ana')).toEqual({ kind: 'busy', saga: 's1' });
    expect(begin('s2', 'ben')).toEqual({ kind: 'begun' });
    expect(begin('s3', 'cyd')).toEqual({ kind: 'full' });
  });

  test('[SG9] the last ended ones are remembered, the oldest forgotten first', () => {
    const saga = new Saga(options, seededRandom('a'));
    const record = { subject: 'ana', steps, state: 'completed', done: 4 } as const;
    const outputs = saga.recover(['s1', 's2', 's3'].map((id) => ({ ...record, saga: id })));
    expect(outputs).toEqual([{ kind: 'forget', saga: 's1' }]);
    expect(saga.all.map((each) => each.saga)).toEqual(['s2', 's3']);
    expect(saga.progressOf('s1')).toBeUndefined();
  });

  test('[SG10] how it stands can be asked', () => {
    const world = new SagaWorld({ steps, attempt: script({ name: ['again'] }) });
    world.begin('s1');
    expect(world.orchestrator?.progressOf('s1')).toMatchObject({ step: 'sessions', done: 0, attempts: 1 });
    world.answer();
    world.answer();
    const trouble = 'name is out of order.';
    expect(world.orchestrator?.progressOf('s1')).toMatchObject({
      step: 'name',
      done: 1,
      attempts: 1,
      trouble,
    });
    world.fire();
    expect(world.orchestrator?.all).toMatchObject([{ step: 'name', attempts: 2 }]);
  });

  test('[SG11] before the pivot it can be cancelled: what runs is waited for, then all is undone', () => {
    const world = new SagaWorld({ steps });
    world.begin('s1');
    world.answer();
    world.cancel('s1');
    expect(world.ended).toEqual([]);
    world.finish();
    expect(world.changes).toEqual(['+ s1 sessions', '+ s1 name', '- s1 name', '- s1 sessions']);
    expect(world.ended).toMatchObject([{ reason: 'Somebody thought better of it.' }]);
  });

  test('[SG11] one that waits for its next attempt turns back at once, half a step included', () => {
    const world = new SagaWorld({ steps, attempt: script({ sessions: ['unsaid'] }) });
    world.begin('s1');
    world.answer();
    world.cancel('s1');
    world.finish();
    expect(world.changes).toEqual(['+ s1 sessions', '- s1 sessions']);
  });

  test('[SG11] cancelled while it runs, a step that has to be tried again is undone instead', () => {
    const world = new SagaWorld({ steps, attempt: script({ sessions: ['unsaid'] }) });
    world.begin('s1');
    world.cancel('s1');
    world.finish();
    expect(world.changes).toEqual(['+ s1 sessions', '- s1 sessions']);
  });

  test('[SG14] cancelled while it runs, it turns back also when a crash comes first', () => {
    const world = new SagaWorld({ steps });
    world.begin('s1');
    world.answer();
    world.cancel('s1');
    world.cancel('s1');
    world.crash(true);
    world.finish();
    expect(world.changes).toEqual(['+ s1 sessions', '+ s1 name', '- s1 name', '- s1 sessions']);
    const [record] = world.ended;
    expect(record).toMatchObject({ state: 'compensated', reason: 'Somebody thought better of it.' });
    expect(record).not.toHaveProperty('cancelled');
  });

  test('[SG11] from the pivot on it is too late, and one that is unknown cannot be cancelled', () => {
    const world = new SagaWorld({ steps });
    world.begin('s1');
    world.cancel('s2');
    world.answer();
    world.answer();
    world.cancel('s1');
    world.finish();
    expect(world.transcript.filter((line) => line.endsWith('too late'))).toHaveLength(2);
    expect(world.ended).toMatchObject([{ state: 'completed' }]);
  });

  test('[SG12] an answer that nobody waits for, and a timer of somebody else, change nothing', () => {
    const saga = new Saga(options, seededRandom('a'));
    const outputs: SagaOutput[] = [];
    saga.begin(outputs, 's1', 'ana', steps);
    expect(saga.stepEnded('carryOut', 's2', 'sessions', 'done')).toEqual([]);
    expect(saga.stepEnded('undo', 's1', 'sessions', 'done')).toEqual([]);
    expect(saga.stepEnded('carryOut', 's1', 'rooms', 'done')).toEqual([]);
    expect(saga.timerFired('saga s1')).toEqual([]);
    expect(saga.timerFired('else s1')).toEqual([]);
    expect(saga.stepEnded('carryOut', 's1', 'sessions', 'done')).toHaveLength(2);
  });

  test('[SG2] who fails without a word is named all the same', () => {
    const saga = new Saga(options, seededRandom('a'));
    saga.begin([], 's1', 'ana', steps);
    saga.stepEnded('carryOut', 's1', 'sessions', 'failed');
    expect(saga.progressOf('s1')).toMatchObject({ state: 'compensated', reason: 'sessions failed.' });
  });

  test('[SG13] a stored record that contradicts itself throws', () => {
    const saga = new Saga(options, seededRandom('a'));
    const record = { saga: 's1', subject: 'ana', steps } as const;
    expect(() => saga.recover([{ ...record, state: 'running', done: 4 }])).toThrow(RangeError);
    expect(() => saga.recover([{ ...record, state: 'compensating', done: 0 }])).toThrow(RangeError);
  });

  test('[SG13] options out of range and steps that are no saga throw', () => {
    const random = seededRandom('a');
    for (const wrong of [{ maxOpen: 0 }, { maxRemembered: 0 }, { maxAttempts: 0 }, { againMaxMs: 1 }]) {
      expect(() => new Saga({ ...options, ...wrong }, random)).toThrow(RangeError);
    }
    const kinds = (...all: SagaStep['kind'][]) => all.map((kind, at) => ({ name: `step ${at}`, kind }));
    const wrong = [
      [],
      kinds('pivot', 'pivot'),
      kinds('pivot', 'compensatable'),
      kinds('retriable', 'pivot'),
      [...kinds('retriable'), ...kinds('retriable')],
    ];
    for (const each of wrong) {
      expect(() => new Saga(options, random).begin([], 's1', 'ana', each)).toThrow(RangeError);
    }
    expect(new Saga(options, random).begin([], 's1', 'ana', kinds('retriable', 'retriable'))).toEqual({
      kind: 'begun',
    });
  });
});
