import { lastWallMs } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { LinkClock } from './link-clock.ts';
import { ben, CoreStage } from './testing/core-stage.ts';

const key = `${ben.person}/${ben.device}`;
const minuteMs = 60_000;

/** What the last step told of the clock, once for each notice of the link. */
const told = (stage: CoreStage) =>
  stage.notices.flatMap((notice) => (notice.kind === 'link' ? [notice.clock] : []));

/** The clocks go on. */
function wait(stage: CoreStage, ms: number): void {
  stage.nowMs += ms;
  stage.wallMs += ms;
}

/** A heartbeat, answered `wayMs` later there, and again so much later here; ben's clock is `aheadMs` ahead. */
function beat(stage: CoreStage, aheadMs: number, wayMs = 20): void {
  wait(stage, 5_000);
  stage.step({ kind: 'timer', key: `beat ${key}` });
  const t = stage.nowMs;
  wait(stage, 2 * wayMs);
  const at = stage.wallMs - wayMs + aheadMs;
  stage.step({ kind: 'frame', link: stage.link, frame: { kind: 'pong', t, at } });
}

describe('[PT1] a ping is answered', () => {
  test.each([
    [1_795_253_400_001, { kind: 'pong', t: 7, at: 1_795_253_400_001 }],
    [lastWallMs, { kind: 'pong', t: 7, at: lastWallMs }],
    [lastWallMs + 1, { kind: 'pong', t: 7 }],
    [-1, { kind: 'pong', t: 7 }],
    [0.5, { kind: 'pong', t: 7 }],
  ])('when our clock shows %d', (wallMs, pong) => {
    const stage = CoreStage.linked();
    stage.wallMs = wallMs;
    stage.step({ kind: 'frame', link: stage.link, frame: { kind: 'ping', t: 7 } });
    expect(stage.frames).toEqual([pong]);
  });
});

test('[PT2] only the first answer to a ping of ours counts', () => {
  const stage = CoreStage.linked();
  const pong = (t: number, at?: number) =>
    stage.step({
      kind: 'frame',
      link: stage.link,
      frame: at === undefined ? { kind: 'pong', t } : { kind: 'pong', t, at },
    });
  pong(stage.nowMs, 5);
  expect(told(stage)).toEqual([]);
  beat(stage, 3 * minuteMs);
  const [first] = told(stage);
  expect(first).toEqual({ offsetMs: 3 * minuteMs, errorMs: 23, delayMs: 40 });
  // The same ping once more, with a better time; and one without any.
  pong(stage.nowMs - 40, stage.wallMs);
  expect(told(stage)).toEqual([]);
  wait(stage, 5_000);
  stage.step({ kind: 'timer', key: `beat ${key}` });
  pong(stage.nowMs);
  expect(told(stage)).toEqual([]);
});

test('[PT2] pings that nobody answers are not kept for ever', () => {
  const clock = new LinkClock();
  for (let monoMs = 0; monoMs < 100; monoMs++) clock.ask({ monoMs, wallMs: monoMs });
  const now = { monoMs: 100, wallMs: 100 };
  expect(clock.answered({ kind: 'pong', t: 67, at: 100 }, now)).toBe(false);
  expect(clock.answered({ kind: 'pong', t: 68, at: 100 }, now)).toBe(true);
});

test('[PT3] what is known is told once, and again when it is news', () => {
  const stage = CoreStage.linked();
  beat(stage, minuteMs, 200);
  expect(told(stage)).toEqual([{ offsetMs: minuteMs, errorMs: 203, delayMs: 400 }]);
  beat(stage, minuteMs + 100, 190);
  expect(told(stage)).toEqual([]);
  // A fast answer makes it more exact.
  beat(stage, minuteMs, 20);
  expect(told(stage)).toEqual([{ offsetMs: minuteMs, errorMs: 23, delayMs: 40 }]);
  // Their clock is set.
  beat(stage, 0, 30);
  expect(told(stage)).toEqual([{ offsetMs: 0, errorMs: 33, delayMs: 60 }]);
  // The path becomes slow, and after eight answers none is left of when it was not.
  const later = Array.from({ length: 8 }, () => {
    beat(stage, 0, 90);
    return told(stage);
  });
  expect(later.flat()).toEqual([{ offsetMs: 0, errorMs: 93, delayMs: 180 }]);
  expect(later.at(-1)).toHaveLength(1);
});

test('[PT3] every word on the link says what is known', () => {
  const stage = CoreStage.linked();
  beat(stage, minuteMs);
  stage.rtc({ kind: 'connection', state: 'disconnected' });
  stage.step({ kind: 'timer', key: `probe ${key}` });
  expect(stage.notices).toMatchObject([{ state: 'connecting', clock: { offsetMs: minuteMs } }]);
  stage.step({ kind: 'frame', link: stage.link, frame: { kind: 'pong', t: -1 } });
  expect(stage.notices).toMatchObject([{ state: 'open', stage: 'open', clock: { offsetMs: minuteMs } }]);
});

test('[PT4] when our clock is set, the next answer shows it, and is as exact as before', () => {
  const stage = CoreStage.linked();
  beat(stage, 0, 20);
  stage.wallMs -= 60 * minuteMs;
  beat(stage, 60 * minuteMs, 500);
  expect(told(stage)).toEqual([{ offsetMs: 60 * minuteMs, errorMs: 24, delayMs: 40 }]);
});

test('[PT5] it is forgotten when the link ends', () => {
  const stage = CoreStage.linked();
  beat(stage, minuteMs);
  stage.rtc({ kind: 'channel', state: 'closed' });
  expect(told(stage)).toEqual([undefined]);
  stage.fromBen(
    { kind: 'offer', body: { toSession: null, number: 1, sdp: 'offer', certificate: '' } },
    { session: 'another' },
  );
  stage.rtc({ kind: 'channel', state: 'open' });
  expect(told(stage)).toEqual([undefined]);
  beat(stage, minuteMs);
  expect(told(stage)).toHaveLength(1);
});

test('[PT5] once awake it is measured anew, by the question that then is asked', () => {
  const stage = CoreStage.linked();
  beat(stage, minuteMs, 20);
  wait(stage, 5_000);
  stage.step({ kind: 'timer', key: `beat ${key}` });
  const before = { kind: 'pong', t: stage.nowMs, at: stage.wallMs + minuteMs } as const;
  wait(stage, 10);
  // Eight hours of sleep, which the monotonic clock has not noticed.
  stage.wallMs += 8 * 60 * minuteMs;
  stage.step({ kind: 'awake' });
  const [ping] = stage.frames;
  if (ping?.kind !== 'ping') throw new Error('nobody was asked');
  // What was answered before the sleep only shows that the path is fine.
  stage.step({ kind: 'frame', link: stage.link, frame: before });
  expect(told(stage)).toEqual([undefined]);
  wait(stage, 400);
  const at = stage.wallMs - 200 + minuteMs;
  stage.step({ kind: 'frame', link: stage.link, frame: { kind: 'pong', t: ping.t, at } });
  expect(told(stage)).toEqual([{ offsetMs: minuteMs, errorMs: 203, delayMs: 400 }]);
});
