import { describe, expect, it } from 'vitest';
import type { ClusterNode } from './cluster-client.ts';
import { deletionWords, rateWords, summaryWords } from './cluster-words.ts';

function node(id: string, health: ClusterNode['health'] = 'up'): ClusterNode {
  return { id, health, version: '0.1.0', webUrl: '', sessions: 0, rooms: 0, messagesPerSecond: 0 };
}

describe('a cluster in words', () => {
  it.each([
    [[node('n1')], 'by itself'],
    [[node('n1'), node('n2')], 'All 2 nodes'],
    [[node('n1'), node('n2', 'suspected')], 'n2 is late'],
    [[node('n1'), node('n2', 'suspected'), node('n3', 'down')], 'n3 cannot be reached'],
  ])('says what is worst (%#)', (nodes, words) => {
    expect(summaryWords(nodes)).toContain(words);
  });

  it.each([
    [0, 'quiet'],
    [0.01, '1 message a minute'],
    [0.5, '30 messages a minute'],
    [2.25, '2.3 messages a second'],
    [120.4, '120 messages a second'],
  ])('%d messages a second are %j', (rate, words) => {
    expect(rateWords(rate)).toBe(words);
  });

  it('tells how a deletion ended', () => {
    const base = { room: 'r', name: 'Hut', administrator: 'n1', at: 0, pending: [] };
    expect(deletionWords({ ...base, outcome: 'committed' })).toBe('deleted on all nodes');
    expect(deletionWords({ ...base, outcome: 'aborted', reason: 'n2 was silent' })).toContain(
      'n2 was silent',
    );
    expect(deletionWords({ ...base, outcome: 'pending', pending: ['n2'] })).toBe('waits for n2');
  });
});
