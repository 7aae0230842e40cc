import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { listenForStop } from './stop-signals.ts';

function world() {
  const source = new EventEmitter();
  const state = { nowMs: 0, stoppedNow: 0 };
  const signals = listenForStop(
    source,
    () => state.nowMs,
    () => {
      state.stoppedNow += 1;
    },
  );
  return { source, state, signals };
}

test('the copies of one Ctrl-C are one request', async () => {
  const { source, state, signals } = world();
  source.emit('SIGINT');
  source.emit('SIGINT');
  state.nowMs = 900;
  source.emit('SIGTERM');
  await signals.requested;
  expect(state.stoppedNow).toBe(0);
});

test('a second Ctrl-C after a while stops at once', () => {
  const { source, state } = world();
  source.emit('SIGINT');
  state.nowMs = 1_500;
  source.emit('SIGINT');
  expect(state.stoppedNow).toBe(1);
});

test('nothing listens after the release', () => {
  const { source, signals } = world();
  signals.release();
  expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
});
