import { expect, it } from 'vitest';
import { ChatNode } from './chat-node.ts';
import { readKnownNodes, writeKnownNodes } from './known-nodes.ts';

const own = { audience: 'hut1:8080', brokerUrl: 'ws://hut1:8080/mqtt' };

function chats(others: readonly string[]) {
  let nowMs = 0;
  const node = new ChatNode(
    own,
    () => others,
    () => nowMs,
  );
  const tryAfter = (ms: number): string => {
    nowMs += ms;
    const url = node.brokerUrl();
    expect(url).toContain(`//${node.audience()}/`);
    return node.audience();
  };
  return { tryAfter };
}

it('is that of the page, and in turn the others while it does not answer', () => {
  const { tryAfter } = chats(['http://hut2:8080', 'https://hut3:8443']);
  const tries = [0, 1_000, 2_000, 4_000, 8_000].map(tryAfter);
  expect(tries).toEqual(['hut1:8080', 'hut2:8080', 'hut1:8080', 'hut3:8443', 'hut1:8080']);
});

it('is that of the page first again after a connection that stood', () => {
  const { tryAfter } = chats(['http://hut2:8080']);
  expect([tryAfter(0), tryAfter(1_000), tryAfter(60_000), tryAfter(1_000)]).toEqual([
    'hut1:8080',
    'hut2:8080',
    'hut1:8080',
    'hut2:8080',
  ]);
});

it('is that of the page where no other is known', () => {
  const { tryAfter } = chats([]);
  expect([0, 1_000, 1_000].map(tryAfter)).toEqual(Array(3).fill('hut1:8080'));
});

it('knows what it was told before, and nothing of what is no address', () => {
  const kept = new Map<string, string>();
  const storage = () => ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  expect(readKnownNodes(storage)).toEqual([]);
  writeKnownNodes(['https://hut2:8443'], storage);
  expect(readKnownNodes(storage)).toEqual(['https://hut2:8443']);
  kept.set('bothy-nodes', '["javascript:alert(1)"]');
  expect(readKnownNodes(storage)).toEqual([]);
  const broken = () => {
    throw new Error('no storage');
  };
  writeKnownNodes([], broken);
  expect(readKnownNodes(broken)).toEqual([]);
});
