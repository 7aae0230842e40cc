import { expect, test } from 'vitest';
import { type FinishedSpan, SpanRecorder } from './span-recorder.ts';
import { RoomTracing } from './tracing.ts';

const asked = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const unasked = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

function stage() {
  const spans: FinishedSpan[] = [];
  const time = { nowMs: 1_000 };
  const clock = { monoMs: () => time.nowMs, wallMs: () => 1_700_000_000_000 + time.nowMs };
  const allowance = { burst: 2, perSecond: 1 };
  const recorder = new SpanRecorder({ sinks: [(span) => spans.push(span)], clock, allowance });
  return { spans, time, tracing: new RoomTracing(recorder, clock.monoMs) };
}

test('a busy node records a sample; beyond it a client’s trace goes on, and is recorded nowhere', () => {
  const { tracing, time } = stage();
  const taken = [1, 2, 3].map(() => tracing.call('room.send', asked).trace ?? '');
  expect(taken.map((trace) => trace.slice(-2))).toEqual(['01', '01', '00']);
  expect(taken[2]).toBe(unasked);
  expect(tracing.call('room.send', undefined).trace).toBeUndefined();
  time.nowMs += 1_000;
  expect(tracing.call('room.send', undefined).trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});

test('a trace that its client does not want recorded takes nothing from the others', () => {
  const { tracing, spans } = stage();
  for (let n = 0; n < 10; n += 1) tracing.call('room.send', unasked).end('ok');
  expect(spans).toEqual([]);
  tracing.call('room.send', asked).end('ok');
  expect(spans).toMatchObject([{ name: 'room.send', parentId: '00f067aa0ba902b7', outcome: 'ok' }]);
});

test('what happens all the time begins no trace', () => {
  const { tracing } = stage();
  expect(tracing.call('session.ping', undefined).trace).toBeUndefined();
  expect(tracing.call('session.ping', asked).trace).toBeDefined();
});

test('what is never answered ends when the rooms start anew', () => {
  const { tracing, spans, time } = stage();
  const actor = { person: 'p', name: 'ann', verified: true, operator: false };
  const command = { kind: 'send', room: 'r', messageId: 'm', body: 'b' } as const;
  const given = tracing.entering({ kind: 'command', id: 'c', session: null, actor, command, trace: asked });
  expect(given).toMatchObject({ trace: expect.not.stringContaining('00f067aa0ba902b7') });
  time.nowMs += 250;
  tracing.abandon();
  tracing.leaving({ kind: 'reply', id: 'c', session: null, result: { ok: true, value: {} } });
  expect(spans).toMatchObject([{ name: 'room.order send', outcome: 'abandoned', durationMs: 250 }]);
});
