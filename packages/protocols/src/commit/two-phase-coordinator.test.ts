import { expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import type { CommitMessage, CommitRecord } from './commit-messages.ts';
import {
  type CoordinatorOutput,
  TwoPhaseCoordinator,
  type TwoPhaseCoordinatorOptions,
} from './two-phase-coordinator.ts';

const options = { voteTimeoutMs: 5_000, againMs: 1_000, againMaxMs: 4_000, maxOpen: 2, maxRemembered: 2 };
const make = (changed: Partial<TwoPhaseCoordinatorOptions> = {}): TwoPhaseCoordinator =>
  new TwoPhaseCoordinator({ ...options, ...changed }, seededRandom('coordinator'));

function begin(core: TwoPhaseCoordinator, transaction: string, participants: readonly string[] = ['a', 'b']) {
  const outputs: CoordinatorOutput[] = [];
  const isBegun = core.begin(outputs, transaction, 'room', participants);
  return { outputs, isBegun };
}

const vote = (vote: 'ready' | 'abort', transaction = 't1'): CommitMessage => ({
  kind: 'vote',
  transaction,
  vote,
});
const acknowledge = (transaction = 't1'): CommitMessage => ({ kind: 'acknowledge', transaction });
const inquire = (transaction = 't1'): CommitMessage => ({ kind: 'inquire', transaction });
const record = (state: 'preparing' | 'committed' | 'aborted', transaction = 't1'): CommitRecord => ({
  role: 'coordinator',
  transaction,
  subject: 'room',
  state,
  participants: ['a', 'b'],
});

function committed(core = make()): TwoPhaseCoordinator {
  begin(core, 't1');
  core.received('a', vote('ready'));
  core.received('b', vote('ready'));
  return core;
}

function finished(core = make()): TwoPhaseCoordinator {
  committed(core).received('a', acknowledge());
  core.received('b', acknowledge());
  return core;
}

/** `kind to` of what is sent. */
const sent = (outputs: readonly CoordinatorOutput[]): string[] =>
  outputs.flatMap((output) => (output.kind === 'send' ? [`${output.message.kind} ${output.to}`] : []));
const kinds = (outputs: readonly CoordinatorOutput[]): string[] => outputs.map(({ kind }) => kind);
const persisted = (outputs: readonly CoordinatorOutput[]): CommitRecord[] =>
  outputs.flatMap((output) => (output.kind === 'persist' ? [output.record] : []));

test('[2PC8] records of the other role are nothing to a coordinator', () => {
  const core = make();
  const other = { role: 'participant', transaction: 't1', subject: 'room', coordinator: 'c' } as const;
  expect(core.recover([{ ...other, state: 'prepared' }])).toEqual([]);
  expect(core.stateOf('t1')).toBeUndefined();
});

test('[2PC6] who refuses without a word is named all the same', () => {
  const core = make();
  begin(core, 't1');
  core.received('b', vote('abort'));
  expect(core.stateOf('t1')).toMatchObject({ outcome: 'aborted', reason: 'b: refused' });
});

test('[2PC12] who is removed and takes no part changes nothing', () => {
  const core = make();
  begin(core, 't1');
  expect(core.forget('z')).toEqual([]);
  expect(core.stateOf('t1')?.outcome).toBe('undecided');
});

test('[2PC4] participants are written, each once, before any PREPARE leaves', () => {
  const { outputs } = begin(make(), 't1', ['b', 'a', 'b']);
  expect(outputs[0]).toEqual({ kind: 'persist', record: record('preparing') });
  expect(sent(outputs)).toEqual(['prepare a', 'prepare b']);
});

test('[2PC4] without participants it commits at once', () => {
  const core = make();
  const { outputs } = begin(core, 't1', []);
  expect(persisted(outputs).map(({ state }) => state)).toEqual(['preparing', 'committed', 'committed']);
  expect(kinds(outputs)).toContain('finished');
  expect(core.stateOf('t1')).toMatchObject({ outcome: 'committed', pending: [] });
});

test('[2PC5] PREPARE is said again to the silent only, and silence ends in an abort', () => {
  const core = make();
  expect(begin(core, 't1').outputs).toContainEqual({ kind: 'setTimer', key: 'votes t1', afterMs: 5_000 });
  core.received('a', vote('ready'));
  const again = core.timerFired('again t1');
  expect(sent(again)).toEqual(['prepare b']);
  expect(again).toContainEqual({ kind: 'setTimer', key: 'again t1', afterMs: 1_000 });
  const outputs = core.timerFired('votes t1');
  expect(sent(outputs)).toEqual(['rollback a', 'rollback b']);
  expect(core.stateOf('t1')).toMatchObject({
    outcome: 'aborted',
    votes: { a: 'ready', b: 'silent' },
    reason: 'No answer in time from b.',
  });
});

test('[2PC6] one refusal aborts, and nothing that comes later changes that', () => {
  const core = make();
  begin(core, 't1');
  const outputs = core.received('a', { ...vote('abort'), reason: 'busy' } as CommitMessage);
  expect(outputs[0]).toEqual({ kind: 'persist', record: record('aborted') });
  expect(core.stateOf('t1')).toMatchObject({ outcome: 'aborted', reason: 'a: busy' });
  expect(core.received('a', vote('ready'))).toEqual([]);
  expect(core.received('b', vote('ready'))).toEqual([]);
  expect(core.timerFired('votes t1')).toEqual([]);
  expect(core.stateOf('t1')?.outcome).toBe('aborted');
});

test('[2PC6] the promise of all commits: written, then decided, then told', () => {
  const core = make();
  begin(core, 't1');
  expect(core.received('a', vote('ready'))).toEqual([]);
  expect(core.received('a', vote('ready'))).toEqual([]);
  const outputs = core.received('b', vote('ready'));
  expect(kinds(outputs)).toEqual(['persist', 'clearTimer', 'decided', 'send', 'send', 'setTimer']);
  expect(outputs[0]).toEqual({ kind: 'persist', record: record('committed') });
  expect(sent(outputs)).toEqual(['commit a', 'commit b']);
  expect(core.received('b', vote('abort'))).toEqual([]);
});

test('[2PC7] a decision is said again after doubling waits until all have acknowledged it', () => {
  const core = committed();
  const waits = [1, 2, 3, 4].map(() => {
    const outputs = core.timerFired('again t1');
    expect(sent(outputs)).toEqual(['commit a', 'commit b']);
    return outputs.flatMap((output) => (output.kind === 'setTimer' ? [output.afterMs] : []))[0] ?? 0;
  });
  // Equal jitter: from half of 2, 4, 4, 4 s to all of it.
  [2_000, 4_000, 4_000, 4_000].forEach((mostMs, index) => {
    expect(waits[index]).toBeGreaterThanOrEqual(mostMs / 2);
    expect(waits[index]).toBeLessThanOrEqual(mostMs);
  });
  expect(core.received('a', acknowledge())).toEqual([]);
  expect(core.stateOf('t1')?.pending).toEqual(['b']);
  expect(sent(core.timerFired('again t1'))).toEqual(['commit b']);
  expect(core.received('b', acknowledge())).toEqual([
    { kind: 'clearTimer', key: 'again t1' },
    { kind: 'persist', record: { ...record('committed'), finished: true } },
    { kind: 'finished', transaction: 't1', subject: 'room' },
  ]);
  expect(core.timerFired('again t1')).toEqual([]);
});

test('[2PC8] after a start the undecided is aborted and the decided told again', () => {
  const undecided = make();
  const aborted = undecided.recover([record('preparing')]);
  expect(aborted[0]).toEqual({ kind: 'persist', record: record('aborted') });
  expect(sent(aborted)).toEqual(['rollback a', 'rollback b']);
  const decided = make();
  const outputs = decided.recover([record('committed')]);
  expect(persisted(outputs)).toEqual([]);
  expect(sent(outputs)).toEqual(['commit a', 'commit b']);
  expect(decided.stateOf('t1')).toMatchObject({ votes: { a: 'ready', b: 'ready' }, pending: ['a', 'b'] });
});

test('[2PC9] who asks gets the outcome, and for an unknown one an abort', () => {
  expect(sent(committed().received('b', inquire()))).toEqual(['commit b']);
  expect(sent(finished().received('b', inquire()))).toEqual(['commit b']);
  expect(sent(make().received('b', inquire()))).toEqual(['rollback b']);
});

test('[2PC9] while undecided who has voted waits, and whose vote was lost is asked for it', () => {
  const core = make();
  begin(core, 't1');
  core.received('a', vote('ready'));
  expect(core.received('a', inquire())).toEqual([]);
  expect(sent(core.received('b', inquire()))).toEqual(['prepare b']);
  expect(core.received('stranger', inquire())).toEqual([]);
});

test('[2PC10] an id never runs twice, over a restart neither', () => {
  const core = committed();
  expect(begin(core, 't1')).toEqual({ outputs: [], isBegun: true });
  finished(core);
  expect(begin(core, 't1')).toEqual({ outputs: [], isBegun: true });
  const restarted = make();
  expect(restarted.recover([{ ...record('aborted'), finished: true } as CommitRecord])).toEqual([]);
  expect(begin(restarted, 't1')).toEqual({ outputs: [], isBegun: true });
  expect(restarted.stateOf('t1')).toMatchObject({ outcome: 'aborted', pending: [] });
});

test('[2PC10] the oldest of more than are remembered is forgotten, with its record', () => {
  const core = make();
  const forgets = ['t1', 't2', 't3'].map((transaction) =>
    begin(core, transaction, []).outputs.filter(({ kind }) => kind === 'forget'),
  );
  expect(forgets).toEqual([[], [], [{ kind: 'forget', role: 'coordinator', transaction: 't1' }]]);
  expect(core.stateOf('t1')).toBeUndefined();
  expect(core.stateOf('t3')?.outcome).toBe('committed');
});

test('[2PC11] more open transactions than fit are refused, until one has ended', () => {
  const core = make();
  begin(core, 't1');
  begin(core, 't2');
  expect(begin(core, 't3')).toEqual({ outputs: [], isBegun: false });
  expect(core.stateOf('t3')).toBeUndefined();
  finished(core);
  expect(begin(core, 't3').isBegun).toBe(true);
});

test('[2PC12] a removed participant refuses what is undecided, and has acknowledged what is decided', () => {
  const core = committed();
  begin(core, 't2');
  begin(core, 't3', ['other']);
  core.forget('b');
  expect(core.stateOf('t1')).toMatchObject({ outcome: 'committed', pending: ['a'] });
  expect(core.stateOf('t2')).toMatchObject({ outcome: 'aborted', pending: ['a'], reason: 'b was removed.' });
  expect(kinds(core.received('a', acknowledge()))).toContain('finished');
  expect(sent(core.received('b', inquire()))).toEqual(['commit b']);
});

test('[2PC18] votes and acknowledgements of others change nothing', () => {
  const core = make();
  begin(core, 't1');
  expect(core.received('stranger', vote('abort'))).toEqual([]);
  expect(core.received('a', vote('ready', 'unknown'))).toEqual([]);
  expect(core.received('a', acknowledge())).toEqual([]);
  expect(core.stateOf('t1')?.outcome).toBe('undecided');
  const decided = committed();
  expect(decided.received('stranger', acknowledge())).toEqual([]);
  expect(decided.stateOf('t1')?.pending).toEqual(['a', 'b']);
});

test('[2PC20] who can be reached again is told at once what it has not answered', () => {
  const core = make();
  begin(core, 't1');
  core.received('a', vote('ready'));
  expect(sent(core.reached('a'))).toEqual([]);
  expect(sent(core.reached('b'))).toEqual(['prepare b']);
  core.received('b', vote('ready'));
  core.received('a', acknowledge());
  expect(sent(core.reached('a'))).toEqual([]);
  expect(sent(core.reached('b'))).toEqual(['commit b']);
});

test('[2PC21] options out of their range throw a RangeError', () => {
  for (const name of ['voteTimeoutMs', 'againMs', 'maxOpen', 'maxRemembered'] as const) {
    for (const value of [0, -1, Number.NaN, Infinity]) {
      expect(() => make({ [name]: value }), `${name} ${value}`).toThrow(RangeError);
    }
  }
  expect(() => make({ againMs: 2, againMaxMs: 1 })).toThrow(RangeError);
});
