/** Raft under histories that fast-check thinks of, and with faults planted that it must find. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryHistory, play } from '../../../testing/raft-play.ts';
import type { Fault, Message, Output } from '../../../testing/raft-world.ts';

test('[RF1, RF2, RF3, RF4, RF5, RF6, RF25, RF34] whatever happens, one leads in a term, commits stay, and it recovers', () => {
  const ends: Record<string, number> = {};
  fc.assert(
    fc.property(arbitraryHistory, (history) => {
      const world = play(history);
      for (const { kind, result } of world.answers) {
        const end = `${kind} ${result.ok ? 'ok' : result.refusal}`;
        ends[end] = (ends[end] ?? 0) + 1;
      }
    }),
    { numRuns: 250, seed: 7 },
  );
  // Histories in which little happens would prove little.
  for (const end of ['proposed ok', 'readable ok', 'transferred ok', 'proposed leadershipLost']) {
    expect(ends[end], end).toBeGreaterThan(50);
  }
});

const sent = (alter: (message: Message) => Message): Fault => ({
  outputs: (outputs) =>
    outputs.map((output) =>
      output.kind === 'send' ? { ...output, message: alter(output.message) } : output,
    ),
});
const without = (isGone: (output: Output) => boolean): Fault => ({
  outputs: (outputs) => outputs.filter((output) => !isGone(output)),
});
const writes = (kind: string): Fault => ({
  outputs: (outputs) =>
    outputs.map((output) =>
      output.kind === 'persist'
        ? { ...output, writes: output.writes.filter((write) => write.kind !== kind) }
        : output,
    ),
});

/** Each is a way to build it wrong. */
const faults: Readonly<Record<string, Fault>> = {
  'forgets its votes': writes('putVote'),
  'forgets its entries': writes('putEntries'),
  'votes for everybody': sent((message) =>
    message.kind === 'vote' ? { ...message, granted: true } : message,
  ),
  'claims a better log than it has': sent((message) =>
    message.kind === 'requestVote'
      ? { ...message, lastTerm: Math.max(0, message.term - 1), lastIndex: 1_000 }
      : message,
  ),
  'answers before its disk has': {
    outputs: (outputs) =>
      outputs.map((output) => (output.kind === 'send' ? { ...output, early: true } : output)),
  },
  'acknowledges more than it has': sent((message) =>
    message.kind === 'appended' ? { ...message, matchIndex: message.matchIndex + 1 } : message,
  ),
  'does not say what entries follow on': {
    message: (message) =>
      message.kind === 'conflict'
        ? { ...message, kind: 'appended', matchIndex: message.previousIndex }
        : message,
  },
  'counts its own log before it is durable': { isImpatient: true },
  'takes what is not committed for committed': sent((message) =>
    message.kind === 'append'
      ? { ...message, commit: message.previousIndex + message.entries.length }
      : message,
  ),
  'answers reads without asking': {
    message: (message) => (message.kind === 'append' ? { ...message, round: message.round + 1 } : message),
  },
  'says nothing of conflicts': without(
    (output) => output.kind === 'send' && output.message.kind === 'conflict',
  ),
  'sends no snapshots': without((output) => output.kind === 'send' && output.message.kind === 'snapshot'),
  'sets no timer after the first': without((output) => output.kind === 'setTimer' && output.afterMs < 1_000),
};

test.each(Object.entries(faults))('one that %s is found', (_, fault) => {
  const { failed } = fc.check(
    fc.property(arbitraryHistory, (history) => void play(history, fault)),
    { numRuns: 1_500, seed: 7, endOnFailure: true },
  );
  expect(failed).toBe(true);
});
