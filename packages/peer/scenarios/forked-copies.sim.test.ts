import type { PeerInput, PeerOutput } from '@bothy/peer/core';
import type { Now } from '@bothy/protocols';
import { isCaught, runSeeds } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { forkedCopies } from './forked-copies.ts';
import { makePeerCore } from './peer-device.ts';

test('[PS15, PS16, PS17] 200 forks: both sides say from which entry on, and nothing is changed', () => {
  expect(runSeeds(forkedCopies(), 1, 200).saved).toBeGreaterThan(200 * 20);
});

type Wrong = (outputs: readonly PeerOutput[]) => readonly PeerOutput[];

const faults: Readonly<Record<string, Wrong>> = {
  'says no hashes': (outputs) =>
    outputs.map((output) =>
      output.kind === 'frame' && output.frame.kind === 'have'
        ? { ...output, frame: { ...output.frame, ends: undefined } }
        : output,
    ) as readonly PeerOutput[],
  'answers no questions': (outputs) =>
    outputs.filter((output) => output.kind !== 'frame' || output.frame.kind !== 'hash'),
  'says that it holds nothing of what it is asked': (outputs) =>
    outputs.map((output) =>
      output.kind === 'frame' && output.frame.kind === 'hash'
        ? { ...output, frame: { ...output.frame, hash: '' } }
        : output,
    ),
};

test.each(Object.entries(faults))('a core that %s is found', (_, wrong) => {
  const scenario = forkedCopies((...args) => {
    const core = makePeerCore(...args);
    return { step: (input: PeerInput, now: Now) => wrong(core.step(input, now)) };
  });
  expect(isCaught(scenario, 1, 20)).toBe(true);
});
