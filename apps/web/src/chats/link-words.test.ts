import type { LinkStage, LinkState } from '@bothy/peer/core';
import { describe, expect, it } from 'vitest';
import { type LinkSituation, linkWords, retryWords } from './link-words.ts';

function situation(
  state: LinkState | undefined,
  more: Partial<LinkSituation> = {},
  stage: LinkStage = 'offer',
) {
  const link =
    state === undefined ? undefined : { device: 'd', state, stage, retryInMs: undefined, sinceMs: 0 };
  return linkWords({ contactName: 'ben', online: true, signalling: 'up', nodeMissed: true, link, ...more });
}

describe('the words for a link', () => {
  it('say when messages travel', () => {
    expect(situation('open')).toMatchObject({ tone: 'good', text: 'Connected directly', canTry: false });
  });

  it('go on saying so while the broker is down, for links that stand go on', () => {
    expect(situation('open', { signalling: 'down' }).tone).toBe('good');
  });

  it('say where messages wait when the other is away', () => {
    const words = { tone: 'away', text: 'ben is away. Your messages wait here.' };
    expect(situation('offline', { online: false })).toMatchObject(words);
    expect(situation(undefined, { online: false })).toMatchObject(words);
  });

  it('blame the node only after it was looked for', () => {
    const down = { online: false, signalling: 'down' } as const;
    expect(situation('waiting', down).text).toBe('No node in reach. Your messages wait here.');
    expect(situation('waiting', { ...down, nodeMissed: false }).text).toBe('Looking for the node…');
  });

  it('name the stage at which it failed, with what may help', () => {
    const words = situation('failed', {}, 'connectivity');
    expect(words.text).toBe(
      'Could not connect: got as far as looking for a network path between you. A firewall or a VPN may be in the way.',
    );
    expect(words).toMatchObject({ tone: 'bad', canTry: true });
  });

  it('let a person try at once while waiting for the next attempt', () => {
    const link = { device: 'd', state: 'retrying', stage: 'offer', retryInMs: 4_000, sinceMs: 0 } as const;
    expect(situation('retrying', { link })).toMatchObject({ canTry: true, retryInMs: 4_000 });
  });

  it('count whole seconds down', () => {
    expect([4_000, 3_001, 1, 0, -5].map(retryWords)).toEqual([
      'Trying again in 4 s',
      'Trying again in 4 s',
      'Trying again in 1 s',
      'Trying again now',
      'Trying again now',
    ]);
  });
});
