import { expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import type { CommitMessage, CommitRecord } from './commit-messages.ts';
import {
  type MayPrepare,
  type ParticipantOutput,
  TwoPhaseParticipant,
  type TwoPhaseParticipantOptions,
} from './two-phase-participant.ts';

const options = { inquireMs: 1_000, inquireMaxMs: 4_000, maxPrepared: 2, maxRemembered: 2 };
const make = (
  mayPrepare: MayPrepare = () => 'ready',
  changed: Partial<TwoPhaseParticipantOptions> = {},
): TwoPhaseParticipant => new TwoPhaseParticipant({ ...options, ...changed }, mayPrepare, seededRandom('a'));

const prepare = (transaction = 't1', subject = 'room'): CommitMessage => ({
  kind: 'prepare',
  transaction,
  subject,
});
const commit: CommitMessage = { kind: 'commit', transaction: 't1' };
const rollback: CommitMessage = { kind: 'rollback', transaction: 't1' };
const record = (state: 'prepared' | 'committed', transaction = 't1'): CommitRecord => ({
  role: 'participant',
  transaction,
  subject: 'room',
  state,
  coordinator: 'c',
});
const acknowledgement = { kind: 'send', to: 'c', message: { kind: 'acknowledge', transaction: 't1' } };
const promise = { kind: 'send', to: 'c', message: { kind: 'vote', transaction: 't1', vote: 'ready' } };
const inquiry = { kind: 'send', to: 'c', message: { kind: 'inquire', transaction: 't1' } };
const refusal = (reason: string, transaction = 't1') => [
  { kind: 'send', to: 'c', message: { kind: 'vote', transaction, vote: 'abort', reason } },
];

function prepared(): TwoPhaseParticipant {
  const core = make();
  core.received('c', prepare());
  return core;
}

const waitsOf = (outputs: readonly ParticipantOutput[]): number[] =>
  outputs.flatMap((output) => (output.kind === 'setTimer' ? [output.afterMs] : []));

test('[2PC16] records of the other role are nothing to a participant', () => {
  const core = make();
  const participants = ['a', 'b'];
  const other = { role: 'coordinator', transaction: 't1', subject: 'room', participants } as const;
  expect(core.recover([{ ...other, state: 'committed' }])).toEqual([]);
  expect([core.prepared, core.hasCommitted('t1')]).toEqual([[], false]);
});

test('[2PC13] a promise is written before it is given, and given again when asked again', () => {
  const core = make();
  const outputs = core.received('c', prepare());
  expect(outputs[0]).toEqual({ kind: 'persist', record: record('prepared') });
  expect(outputs.at(-1)).toEqual(promise);
  expect(core.received('c', prepare())).toEqual([promise]);
  expect(core.prepared).toEqual([{ transaction: 't1', subject: 'room' }]);
});

test('[2PC13] a refusal leaves nothing behind', () => {
  const core = make(() => ({ refused: 'busy' }));
  expect(core.received('c', prepare())).toEqual(refusal('busy'));
  expect(core.prepared).toEqual([]);
});

test('[2PC14] a host that says later votes nothing, and is asked again with the next PREPARE', () => {
  const answers = ['later', 'later', 'ready'] as const;
  let asked = 0;
  const core = make((subject, transaction) => {
    expect([subject, transaction]).toEqual(['room', 't1']);
    return answers[asked++] ?? 'ready';
  });
  expect(core.received('c', prepare())).toEqual([]);
  expect(core.received('c', prepare())).toEqual([]);
  expect(core.received('c', prepare()).at(-1)).toEqual(promise);
  expect(asked).toBe(3);
});

test('[2PC15] a second transaction about a subject is refused while the first is prepared', () => {
  const core = prepared();
  expect(core.received('c', prepare('t2'))).toEqual(
    refusal('another transaction of it is being decided', 't2'),
  );
  core.received('c', rollback);
  expect(core.received('c', prepare('t2'))).toContainEqual({
    ...promise,
    message: { ...promise.message, transaction: 't2' },
  });
});

test('[2PC11] more prepared transactions than fit are refused', () => {
  const core = prepared();
  core.received('c', prepare('t2', 'second'));
  expect(core.received('c', prepare('t3', 'third'))).toEqual(
    refusal('too many transactions are being decided', 't3'),
  );
});

test('[2PC16] a prepared participant asks after doubling waits, and never decides', () => {
  const core = make();
  const waits = waitsOf(core.received('c', prepare()));
  for (let time = 0; time < 50; time++) {
    const outputs = core.timerFired('inquire t1');
    expect(outputs[0]).toEqual(inquiry);
    expect(outputs.map(({ kind }) => kind)).toEqual(['send', 'setTimer']);
    waits.push(...waitsOf(outputs));
  }
  // Equal jitter: from half of 1, 2, 4, 4, … s to all of it.
  waits.forEach((waitMs, index) => {
    const mostMs = Math.min(1_000 * 2 ** index, 4_000);
    expect(waitMs).toBeGreaterThanOrEqual(mostMs / 2);
    expect(waitMs).toBeLessThanOrEqual(mostMs);
  });
  expect(core.prepared).toHaveLength(1);
});

test('[2PC16] after a start a promise still holds, and asks at once', () => {
  const core = make(() => ({ refused: 'would refuse by now' }));
  expect(core.recover([record('prepared')])[0]).toEqual(inquiry);
  expect(core.received('c', prepare())).toEqual([promise]);
  expect(core.received('c', prepare('t2'))).toEqual(
    refusal('another transaction of it is being decided', 't2'),
  );
});

test('[2PC17] a commit is carried out, then written, then acknowledged', () => {
  const core = prepared();
  expect(core.received('c', commit)).toEqual([
    { kind: 'clearTimer', key: 'inquire t1' },
    { kind: 'apply', transaction: 't1', subject: 'room', outcome: 'committed' },
    { kind: 'persist', record: record('committed') },
    acknowledgement,
  ]);
  expect(core.timerFired('inquire t1')).toEqual([]);
  expect(core.received('c', commit)).toEqual([acknowledgement]);
});

test('[2PC17] an abort leaves no record, for it is presumed', () => {
  const core = prepared();
  expect(core.received('c', rollback)).toEqual([
    { kind: 'clearTimer', key: 'inquire t1' },
    { kind: 'apply', transaction: 't1', subject: 'room', outcome: 'aborted' },
    { kind: 'forget', role: 'participant', transaction: 't1' },
    acknowledgement,
  ]);
  expect(core.received('c', rollback)).toEqual([acknowledgement]);
});

test('[2PC17] a decision about what was never promised is acknowledged', () => {
  expect(make().received('c', rollback)).toEqual([acknowledgement]);
});

test('[2PC18] only who took a promise may redeem it', () => {
  const core = prepared();
  for (const message of [prepare(), commit, rollback]) expect(core.received('stranger', message)).toEqual([]);
  expect(core.prepared).toHaveLength(1);
});

test('[2PC19] a PREPARE that comes after its commit promises nothing, over a restart neither', () => {
  const core = prepared();
  core.received('c', commit);
  expect(core.received('c', prepare())).toEqual([]);
  const restarted = make();
  expect(restarted.recover([record('committed')])).toEqual([]);
  expect(restarted.received('c', prepare())).toEqual([]);
});

test('[2PC19] of more commits than are remembered the oldest is forgotten, with its record', () => {
  const core = make();
  const committed = (['t1', 't2', 't3'] as const).map((transaction) => record('committed', transaction));
  expect(core.recover(committed)).toEqual([{ kind: 'forget', role: 'participant', transaction: 't1' }]);
});

test('[2PC20] a coordinator that can be reached again is asked at once, another is not', () => {
  const core = prepared();
  expect(core.reached('other')).toEqual([]);
  expect(core.reached('c')[0]).toEqual(inquiry);
});

test('[2PC21] options out of their range throw a RangeError', () => {
  for (const name of ['inquireMs', 'maxPrepared', 'maxRemembered'] as const) {
    for (const value of [0, -1, Number.NaN, Infinity]) {
      expect(() => make(() => 'ready', { [name]: value }), `${name} ${value}`).toThrow(RangeError);
    }
  }
  expect(() => make(() => 'ready', { inquireMs: 2, inquireMaxMs: 1 })).toThrow(RangeError);
});

const consult = (to: string) => ({
  kind: 'send',
  to,
  message: { kind: 'consult', transaction: 't1', subject: 'room' },
});
const said = (committed: boolean): CommitMessage => ({ kind: 'consulted', transaction: 't1', committed });
const letGo = { kind: 'apply', transaction: 't1', subject: 'room', outcome: 'aborted' };

test('[2PC19] the last commits are remembered, and the oldest are not', () => {
  const core = make();
  for (const transaction of ['t1', 't2', 't3']) {
    core.received('c', prepare(transaction));
    core.received('c', { kind: 'commit', transaction });
  }
  expect(['t1', 't2', 't3'].map((each) => core.hasCommitted(each))).toEqual([false, true, true]);
});

test('[2PC22] whose coordinator is gone for good asks all others, and one that has committed decides', () => {
  const core = prepared();
  expect(core.abandoned('x', ['a', 'b'])).toEqual([]);
  expect(core.abandoned('c', ['a', 'b', 'c']).filter(({ kind }) => kind === 'send')).toEqual([
    consult('a'),
    consult('b'),
  ]);
  expect(core.received('a', said(false))).toEqual([]);
  // Only who has not answered is asked again.
  expect(core.timerFired('inquire t1').filter(({ kind }) => kind === 'send')).toEqual([consult('b')]);
  expect(core.received('x', said(true))).toEqual([]);
  expect(core.received('b', said(true))).toEqual([
    { kind: 'clearTimer', key: 'inquire t1' },
    { ...letGo, outcome: 'committed' },
    { kind: 'persist', record: record('committed') },
  ]);
  expect(core.hasCommitted('t1')).toBe(true);
});

test('[2PC22] it lets go when all say no, or who has not answered is gone too', () => {
  const core = prepared();
  core.abandoned('c', ['a', 'b']);
  core.received('a', said(false));
  expect(core.prepared).toHaveLength(1);
  const outputs = core.abandoned('b', ['a']);
  expect(outputs).toContainEqual(letGo);
  expect(outputs).toContainEqual({ kind: 'forget', role: 'participant', transaction: 't1' });
  expect(core.prepared).toEqual([]);
  const told = prepared();
  told.abandoned('c', ['a', 'b']);
  told.received('a', said(false));
  expect(told.received('b', said(false))).toContainEqual(letGo);
  // Nobody else is left.
  expect(prepared().abandoned('c', [])).toContainEqual(letGo);
});

test('[2PC22] a promise that outlived a restart is resolved as well, and who can be reached again is asked at once', () => {
  const core = make();
  core.recover([record('prepared')]);
  core.abandoned('c', ['a']);
  expect(core.reached('a').filter(({ kind }) => kind === 'send')).toEqual([consult('a')]);
  expect(core.received('a', said(true))).toContainEqual({ ...letGo, outcome: 'committed' });
});

test('[2PC23] who was consulted says what it did, and promises nothing later', () => {
  const answer = (committed: boolean) => [{ kind: 'send', to: 'b', message: said(committed) }];
  const asked: CommitMessage = { kind: 'consult', transaction: 't1', subject: 'room' };
  const fresh = make();
  expect(fresh.received('b', asked)).toEqual(answer(false));
  expect(fresh.received('c', prepare())).toEqual(refusal('has told others that it knows of no commit'));
  expect(fresh.prepared).toEqual([]);
  const waiting = prepared();
  expect(waiting.received('b', asked)).toEqual(answer(false));
  waiting.received('c', commit);
  expect(waiting.received('b', asked)).toEqual(answer(true));
  // Two are remembered.
  for (const each of ['t2', 't3', 't4']) {
    fresh.received('b', { kind: 'consult', transaction: each, subject: 'room' });
  }
  expect(fresh.received('c', prepare()).at(-1)).toEqual(promise);
});

test('[2PC24] a coordinator that comes back is asked, and decides', () => {
  const core = prepared();
  core.abandoned('c', ['a']);
  expect(core.reached('c')).toContainEqual(inquiry);
  expect(core.received('a', said(true))).toEqual([]);
  expect(core.received('c', rollback)).toContainEqual(letGo);
});
