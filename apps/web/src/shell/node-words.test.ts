import type { LinkView } from '@bothy/peer/views';
import { describe, expect, it } from 'vitest';
import { nodeWords } from './node-words.ts';

const down = { signalling: 'down', links: new Map(), refused: new Map() } as const;
const openLink: LinkView = { device: 'd', state: 'open', stage: 'open', retryInMs: undefined, sinceMs: 0 };

describe('the words for the node', () => {
  it('are one word when all is well', () => {
    expect(nodeWords({ ...down, signalling: 'up' }, true)).toMatchObject({ tone: 'good', full: 'Connected' });
  });

  it('do not cry wolf while the page starts', () => {
    expect(nodeWords(down, false).full).toBe('Looking for the node…');
  });

  it('say what happens to messages', () => {
    expect(nodeWords(down, true).full).toBe('No node in reach — your messages are kept and sent later');
  });

  it('say that direct connections go on', () => {
    const links = new Map([['p', new Map([['d', openLink]])]]);
    expect(nodeWords({ ...down, links }, true).full).toMatch(/direct connections go on/);
  });

  it('say that rooms go on at another node, and what chats do', () => {
    expect(nodeWords(down, true, 'hut2')).toMatchObject({
      short: 'Rooms only',
      full: 'Rooms go on at hut2 — chats wait, messages are kept and sent later',
    });
    const links = new Map([['p', new Map([['d', openLink]])]]);
    expect(nodeWords({ ...down, links }, true, 'hut2').full).toMatch(/at hut2 — new chats wait, direct ones/);
    expect(nodeWords(down, false, 'hut2').full).toBe('Looking for the node…');
  });

  it('say when the node is there and refuses us', () => {
    const refused = new Map([['unauthorized', { count: 1, message: 'The name is taken there.' }]] as const);
    expect(nodeWords({ ...down, refused }, true)).toMatchObject({
      tone: 'bad',
      full: 'The name is taken there.',
    });
  });
});
