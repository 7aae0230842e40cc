/**
 * Each planted fault is a way to build the core wrong. The scenario must find
 * it within a few seeds; a fault that passes means the checker sees too little.
 */
import type { PeerInput, PeerOutput } from '@bothy/peer/core';
import type { Now, WallClockOffset } from '@bothy/protocols';
import { isCaught, type Scenario, seedRange } from '@bothy/simulator';
import type { PongFrame } from '@bothy/wire';
import { expect, test } from 'vitest';
import { conversationScenario } from './conversation-scenario.ts';
import { roughTalkOptions } from './index.ts';
import { makePeerCore } from './peer-device.ts';

type Wrong = (outputs: readonly PeerOutput[], input: PeerInput) => readonly PeerOutput[];

/** A core whose outputs are changed on the way out. */
function scenarioWith(wrong: Wrong): Scenario {
  return conversationScenario(roughTalkOptions, (...args) => {
    const core = makePeerCore(...args);
    return { step: (input: PeerInput, now: Now) => wrong(core.step(input, now), input) };
  });
}

const early = (kinds: readonly string[]): Wrong => {
  return (outputs) =>
    outputs.map(
      (output) => (kinds.includes(output.kind) ? { ...output, early: true } : output) as PeerOutput,
    );
};
const withoutWrites = (kind: string): Wrong => {
  return (outputs) =>
    outputs.map((output) =>
      output.kind === 'persist'
        ? { ...output, writes: output.writes.filter((write) => write.kind !== kind) }
        : output,
    );
};

const pongs = (change: (pong: PongFrame) => PongFrame): Wrong => {
  return (outputs) =>
    outputs.map((output) =>
      output.kind === 'frame' && output.frame.kind === 'pong'
        ? { ...output, frame: change(output.frame) }
        : output,
    );
};
const clocks = (change: (clock: WallClockOffset) => WallClockOffset): Wrong => {
  return (outputs) =>
    outputs.map((output) => {
      if (output.kind !== 'notify' || output.notice.kind !== 'link') return output;
      const { notice } = output;
      return notice.clock === undefined
        ? output
        : { ...output, notice: { ...notice, clock: change(notice.clock) } };
    });
};

const faults: Readonly<Record<string, Wrong>> = {
  'confirms entries before they are durable': early(['frame']),
  'shows entries before they are durable': early(['notify']),
  'acknowledges a message before it is durable': early(['reply']),
  'forgets where its log ended': withoutWrites('putHead'),
  'does not store what arrived': withoutWrites('putEntry'),
  'does not store receipts': withoutWrites('putReceipt'),
  'does not store contacts': withoutWrites('putContact'),
  'keeps the text of what was deleted': withoutWrites('dropBody'),
  'never dials again': (outputs) =>
    outputs.filter((output) => output.kind !== 'setTimer' || !output.key.startsWith('retry')),
  'never gives up a dead link': (outputs) =>
    outputs.filter(
      (output) => output.kind !== 'setTimer' || !/^(beat|attempt|disconnected)/.test(output.key),
    ),
  'says nothing of what it holds': (outputs) =>
    outputs.filter((output) => output.kind !== 'frame' || output.frame.kind !== 'have'),
  'claims to hold one entry more': (outputs) =>
    outputs.map((output) => {
      if (output.kind !== 'frame' || output.frame.kind !== 'have') return output;
      const raised = Object.entries(output.frame.vector).map(([log, n]) => [log, n + 1]);
      return { ...output, frame: { ...output.frame, vector: Object.fromEntries(raised) } };
    }),
  'does not say what time it is': pongs(({ kind, t }) => ({ kind, t })),
  'says the time of another clock': pongs(({ kind, t }) => ({ kind, t, at: Math.round(t) })),
  'takes who is ahead for who is behind': clocks((clock) => ({ ...clock, offsetMs: -clock.offsetMs })),
  'takes what it knows of clocks for exact': clocks((clock) => ({ ...clock, errorMs: 0 })),
  'never announces itself': (outputs) => outputs.filter((output) => output.kind !== 'announce'),
};

test.each(Object.entries(faults))('a core that %s is found', (_, wrong) => {
  const scenario = scenarioWith(wrong);
  expect(isCaught(scenario, 1, 60)).toBe(true);
});

test('the same wrapper around an unchanged core finds nothing', () => {
  const scenario = scenarioWith((outputs) => outputs);
  for (const seed of seedRange(1, 20)) scenario.run(seed);
});
