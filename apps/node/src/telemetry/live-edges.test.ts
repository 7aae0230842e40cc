import { LiveModel } from '@bothy/telemetry/core';
import type { EdgeStatus } from '@bothy/wire';
import { expect, test } from 'vitest';
import { LiveEdges } from './live-edges.ts';

test('an edge of another node is shown as it last said, as long as that is not too long ago', () => {
  let nowMs = 1_000;
  const edges = new LiveEdges({
    model: new LiveModel(),
    node: 'n1',
    ingested: () => undefined,
    homeOf: () => 'n2',
    isEnrolled: () => false,
    wallMs: () => nowMs,
    monoMs: () => nowMs,
  });
  const status = (state: EdgeStatus['state']): EdgeStatus => ({ v: 1, node: 'shed', state, boot: 1 });
  const state = () => edges.of('shed')?.state;
  edges.status(status('online'));
  expect(state()).toBe('online');
  nowMs += 90_000;
  edges.heard('shed');
  nowMs += 90_000;
  expect(state()).toBe('online');
  nowMs += 20_000;
  // Its home, or what is between us, is away: nobody here knows how it is.
  expect(edges.showCounted()).toBe(true);
  expect(state()).toBe('unknown');
  expect(edges.showCounted()).toBe(false);
  edges.heard('shed');
  expect(state()).toBe('online');
  // That it is offline was its last word, and stays true.
  edges.status(status('offline'));
  nowMs += 200_000;
  edges.showCounted();
  expect(state()).toBe('offline');
});
