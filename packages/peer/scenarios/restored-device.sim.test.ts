import type { PeerInput, PeerOutput } from '@bothy/peer/core';
import type { Now } from '@bothy/protocols';
import { isCaught, runSeeds } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { makePeerCore } from './peer-device.ts';
import { restoredDevice } from './restored-device.ts';

test('[PS9, PS22, PS23, PS24] 200 devices are put back: each takes one new id, and both sides hold everything once', () => {
  expect(runSeeds(restoredDevice(), 1, 200).again).toBeGreaterThan(200 * 5);
});

type Wrong = (outputs: readonly PeerOutput[]) => readonly PeerOutput[];

const faults: Readonly<Record<string, Wrong>> = {
  'never takes a new id': (outputs) => outputs.filter(({ kind }) => kind !== 'renew'),
  'does not show what the author signed': (outputs) =>
    outputs.filter(
      (output) => !(output.kind === 'lookup' && output.id.includes(' hash ') && isShown(outputs, output.id)),
    ),
  'leaves what it wrote again where it was': (outputs) =>
    outputs.map((output) =>
      output.kind === 'persist'
        ? { ...output, writes: output.writes.filter(({ kind }) => kind !== 'cutLog') }
        : output,
    ),
  'cuts its log and writes nothing again': (outputs) =>
    outputs.map((output) =>
      output.kind === 'persist' && output.writes.some(({ kind }) => kind === 'cutLog')
        ? { ...output, writes: output.writes.filter(({ kind }) => kind !== 'putEntry') }
        : output,
    ),
};

/** What is asked of the store when a comparison has ended is asked to be shown. */
function isShown(outputs: readonly PeerOutput[], id: string): boolean {
  const rest = outputs.slice(outputs.findIndex((output) => output.kind === 'lookup' && output.id === id));
  return rest.some((output) => output.kind === 'notify' && output.notice.kind === 'copies');
}

test.each(Object.entries(faults))('a core that %s is found', (_, wrong) => {
  const scenario = restoredDevice((...args) => {
    const core = makePeerCore(...args);
    return { step: (input: PeerInput, now: Now) => wrong(core.step(input, now)) };
  });
  expect(isCaught(scenario, 1, 20)).toBe(true);
});
