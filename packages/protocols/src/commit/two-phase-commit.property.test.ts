/** Two-phase commit under every history that fast-check thinks of, and with faults planted that it must find. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { history, play } from '../../testing/commit-play.ts';
import type { Fault } from '../../testing/commit-world.ts';
import { coordinatorName } from '../../testing/commit-world.ts';
import { TwoPhaseCoordinator } from './two-phase-coordinator.ts';
import { TwoPhaseParticipant } from './two-phase-participant.ts';

test('[2PC1, 2PC2, 2PC3] whatever is lost, repeated, overtaken or crashes, all agree, commits are unanimous, and everything ends', () => {
  const ends = { committed: 0, aborted: 0 };
  fc.assert(
    fc.property(history, (each) => {
      for (const byName of play(each).carriedOut.values()) {
        const [outcome] = byName.get(coordinatorName) ?? [];
        if (outcome !== undefined) ends[outcome] += 1;
      }
    }),
    { numRuns: 3_000, seed: 7 },
  );
  // Histories that all end one way would prove little.
  expect(ends.committed).toBeGreaterThan(300);
  expect(ends.aborted).toBeGreaterThan(300);
});

/** Each is a way to build it wrong, by changing what goes in or comes out. */
const faults: Readonly<Record<string, Fault>> = {
  'takes silence for a promise': {
    timer: (role, key, world) => {
      if (!(role instanceof TwoPhaseCoordinator) || !key.startsWith('votes ')) return undefined;
      const transaction = key.slice('votes '.length);
      return [...world.processes.keys()].flatMap((each) =>
        role.received(each, { kind: 'vote', transaction, vote: 'ready' }),
      );
    },
  },
  'takes a refusal for a promise': {
    message: (message) => (message.kind === 'vote' ? { ...message, vote: 'ready' } : message),
  },
  'has a participant that aborts by itself when it hears nothing': {
    timer: (role, key) =>
      role instanceof TwoPhaseParticipant
        ? role.received(coordinatorName, { kind: 'rollback', transaction: key.slice('inquire '.length) })
        : undefined,
  },
  'presumes commit when the coordinator starts again': {
    records: (records) =>
      records.map((record) => (record.state === 'preparing' ? { ...record, state: 'committed' } : record)),
  },
  'has a participant that forgets its promise': {
    outputs: (outputs) =>
      outputs.filter((output) => output.kind !== 'persist' || output.record.role !== 'participant'),
  },
  'has a coordinator that forgets its decision': {
    outputs: (outputs) =>
      outputs.filter(
        (output) =>
          output.kind !== 'persist' ||
          output.record.role !== 'coordinator' ||
          output.record.state === 'preparing' ||
          output.record.finished === true,
      ),
  },
  'tells the decision before it is written': {
    outputs: (outputs) => [
      ...outputs.filter(({ kind }) => kind !== 'persist'),
      ...outputs.filter(({ kind }) => kind === 'persist'),
    ],
  },
  'never says a decision again': {
    outputs: (outputs) =>
      outputs.filter((output) => output.kind !== 'setTimer' || !output.key.startsWith('again ')),
  },
  'never asks for a decision': {
    outputs: (outputs) =>
      outputs.filter(
        (output) =>
          (output.kind !== 'send' || output.message.kind !== 'inquire') &&
          (output.kind !== 'send' || output.message.kind !== 'rollback'),
      ),
  },
  'keeps no tombstones': {
    records: (records) =>
      records.filter((record) => record.role !== 'coordinator' || record.finished !== true),
  },
};

test.each(Object.entries(faults))('one that %s is found', (_, fault) => {
  const { failed } = fc.check(
    fc.property(history, (each) => void play(each, fault)),
    { numRuns: 1_000, seed: 7, endOnFailure: true },
  );
  expect(failed).toBe(true);
});
