import type { LinkStage, LinkState } from '@bothy/peer/core';
import { expect, it } from 'vitest';
import { lastingWords, linkSteps } from './link-stages.ts';

function states(state: LinkState, stage: LinkStage): string {
  const link = { device: 'd', state, stage, retryInMs: undefined, sinceMs: 0 };
  return linkSteps(link)
    .map((step) => step.state)
    .join(' ');
}

it('shows where a link is, and what came before', () => {
  expect(states('connecting', 'answer')).toBe('done done done now ahead ahead');
  expect(states('open', 'open')).toBe('done done done done done done');
  expect(states('connecting', 'connectivity')).toBe('done done done done now ahead');
});

it('shows where it failed, with what may help', () => {
  expect(states('failed', 'connectivity')).toBe('done done done done failed ahead');
  expect(states('retrying', 'offer')).toBe('done done failed ahead ahead ahead');
  const link = {
    device: 'd',
    state: 'failed',
    stage: 'connectivity',
    retryInMs: undefined,
    sinceMs: 0,
  } as const;
  const hints = linkSteps(link).map((step) => step.hint);
  expect(hints.filter((hint) => hint !== undefined)).toEqual([expect.stringContaining('firewall')]);
});

it('waits for a device that is away, and for a node that is not in reach', () => {
  expect(states('offline', 'presence')).toBe('now ahead ahead ahead ahead ahead');
  expect(states('waiting', 'broker')).toBe('done now ahead ahead ahead ahead');
  expect(linkSteps(undefined)[0]).toMatchObject({
    text: 'Waiting for their device',
    state: 'now',
    hint: expect.stringContaining('closed'),
  });
});

it('says how long', () => {
  const lasting = [0, 59_999, 60_000, 3_599_999, 3_600_000, 86_400_000 * 2].map(lastingWords);
  expect(lasting).toEqual([
    'less than a minute',
    'less than a minute',
    '1 minute',
    '59 minutes',
    '1 hour',
    '2 days',
  ]);
});
