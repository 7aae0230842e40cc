import { expect, test } from 'vitest';
import { alice, aliceBoot, ben, benBoot, CoreStage } from './testing/core-stage.ts';

const offer = (session: string | null = null) =>
  ({ kind: 'offer', body: { toSession: session, number: 1, sdp: 'offer', certificate: '' } }) as const;
const key = `${ben.person}/${ben.device}`;

const opened = (stage: CoreStage): number =>
  stage.rtcOperations.filter(({ operation }) => operation.kind === 'open').length;
const states = (stage: CoreStage): string[] =>
  stage.notices.flatMap((notice) => (notice.kind === 'link' ? [notice.state] : []));

test('[PE1] envelopes for others are refused', () => {
  const stage = CoreStage.withBen();
  for (const to of [ben, { ...alice, person: ben.person }, { ...alice, device: ben.device }]) {
    stage.fromBen(offer(), { to });
    expect(stage.refused).toEqual(['wrong_recipient']);
    expect(stage.rtcOperations).toEqual([]);
  }
});

test('[PE2] an envelope to an earlier start of ours is refused and answered with our presence, at most every 10 s', () => {
  const stage = CoreStage.withBen();
  const announced = (): number => stage.outputs.filter(({ kind }) => kind === 'announce').length;
  stage.fromBen(offer(), { toBoot: benBoot(6) });
  expect(stage.refused).toEqual(['stale_boot']);
  expect(announced()).toBe(1);
  stage.nowMs = 9_999;
  stage.fromBen(offer(), { toBoot: benBoot(6) });
  expect(announced()).toBe(0);
  stage.nowMs = 10_000;
  stage.fromBen(offer(), { toBoot: benBoot(6) });
  expect(announced()).toBe(1);
  expect(aliceBoot).not.toBe(benBoot(6));
});

test('[PE3] an envelope of an earlier start of theirs is refused', () => {
  const stage = CoreStage.withBen();
  stage.presence({ online: true, counter: 5 });
  stage.fromBen(offer(), { boot: benBoot(4) });
  expect(stage.refused).toEqual(['stale_boot']);
  expect(opened(stage)).toBe(0);
});

test('[PE4] a number that does not rise is refused; topics count apart', () => {
  const stage = CoreStage.withBen();
  stage.fromBen(offer(), { seq: 5 });
  expect(opened(stage)).toBe(1);
  stage.fromBen(offer(), { seq: 5 });
  expect(stage.refused).toEqual(['replayed']);
  stage.fromBen({ kind: 'candidates', body: { toSession: null, candidates: [] } }, { seq: 4 });
  expect(stage.refused).toEqual([]);
});

test('[PE5] presence of an earlier start, or of an earlier connection, changes nothing', () => {
  const stage = CoreStage.withBen();
  stage.presence({ online: true, counter: 2, connection: 3 });
  for (const late of [
    { online: false, counter: 1, connection: 9 },
    { online: false, counter: 2, connection: 2 },
  ]) {
    stage.presence(late);
    expect(stage.outputs).toEqual([]);
  }
  stage.presence({ online: false, counter: 2, connection: 3 });
  expect(stage.notices).toContainEqual({ kind: 'presence', person: ben.person, online: false });
});

test('[PE6] a newer start of the device ends the link to the older one', () => {
  const stage = CoreStage.linked();
  const { link } = stage;
  stage.presence({ online: true, counter: 2 });
  expect(stage.rtcOperations).toContainEqual({
    kind: 'rtc',
    link,
    operation: { kind: 'close' },
    early: true,
  });
});

test('[PL1] the polite side waits a second for the other, then dials itself', () => {
  // alice comes before ben, so she is polite.
  const stage = CoreStage.withBen();
  stage.presence({ online: true });
  expect(opened(stage)).toBe(0);
  expect(stage.timerAfterMs('dial')).toBe(1_000);
  stage.step({ kind: 'timer', key: `dial ${key}` });
  expect(stage.rtcOperations.map(({ operation }) => operation.kind)).toEqual(['open', 'setLocalDescription']);
});

test('[PL2] attempts come after 1, 2, 4, 8 and 16 s, then the link has failed until somebody asks', () => {
  const stage = CoreStage.withBen();
  stage.presence({ online: true });
  stage.step({ kind: 'timer', key: `dial ${key}` });
  const waits: (number | undefined)[] = [];
  for (let i = 0; i < 5; i++) {
    stage.step({ kind: 'timer', key: `attempt ${key}` });
    waits.push(stage.timerAfterMs('retry'));
    stage.step({ kind: 'timer', key: `retry ${key}` });
    expect(opened(stage)).toBe(1);
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  stage.step({ kind: 'timer', key: `attempt ${key}` });
  expect(states(stage)).toEqual(['failed']);
  expect(stage.timerAfterMs('retry')).toBeUndefined();
  stage.command({ kind: 'connect', person: ben.person });
  expect(opened(stage)).toBe(1);
});

test('[PL3] without the broker a standing link goes on, and a new one waits', () => {
  const stage = CoreStage.linked();
  stage.step({ kind: 'signalling', state: 'down' });
  expect(stage.rtcOperations).toEqual([]);
  stage.command({ kind: 'send', person: ben.person, messageId: '1', text: 'still here' });
  stage.seal();
  expect(stage.reply).toMatchObject({ ok: true });
  stage.rtc({ kind: 'channel', state: 'closed' });
  expect(states(stage)).toContain('waiting');
  stage.step({ kind: 'signalling', state: 'up' });
  stage.step({ kind: 'timer', key: `dial ${key}` });
  expect(opened(stage)).toBe(1);
});

test('[PL4] trouble is probed every 500 ms, and ICE restarted after 3 s by the polite side', () => {
  const stage = CoreStage.linked();
  stage.rtc({ kind: 'connection', state: 'disconnected' });
  expect(stage.frames).toMatchObject([{ kind: 'ping' }]);
  expect(stage.timerAfterMs('probe')).toBe(500);
  // Two seconds, and one more because alice is polite.
  expect(stage.timerAfterMs('restart')).toBe(3_000);
  stage.step({ kind: 'timer', key: `probe ${key}` });
  expect(stage.frames).toMatchObject([{ kind: 'ping' }]);
  expect(states(stage)).toEqual(['connecting']);
  stage.step({ kind: 'timer', key: `restart ${key}` });
  expect(stage.rtcOperations.map(({ operation }) => operation.kind)).toContain('restartIce');
  expect(stage.timerAfterMs('attempt')).toBe(8_000);
});

test('[PL5] a sign of life ends the doubt', () => {
  const stage = CoreStage.linked();
  stage.rtc({ kind: 'connection', state: 'disconnected' });
  stage.step({ kind: 'frame', link: stage.link, frame: { kind: 'pong', t: 0 } });
  expect(states(stage)).toEqual(['open']);
  expect(stage.outputs).toContainEqual({ kind: 'clearTimer', key: `restart ${key}` });
  stage.step({ kind: 'timer', key: `restart ${key}` });
  expect(stage.rtcOperations).toEqual([]);
});

test('[PL6] 15 s of silence end a link', () => {
  const stage = CoreStage.linked();
  stage.nowMs = 14_999;
  stage.step({ kind: 'timer', key: `beat ${key}` });
  expect(stage.frames).toMatchObject([{ kind: 'ping' }]);
  stage.nowMs = 15_000;
  stage.step({ kind: 'timer', key: `beat ${key}` });
  expect(stage.rtcOperations.map(({ operation }) => operation.kind)).toEqual(['close']);
  expect(states(stage)).toEqual(['retrying']);
});

test('[PL6] a silence that is unusual by the answers before is probed, long before it ends the link', () => {
  const stage = CoreStage.linked();
  for (let count = 1; count <= 50; count++) {
    stage.nowMs = count * 5_000;
    stage.step({ kind: 'timer', key: `beat ${key}` });
    stage.nowMs += 40;
    stage.step({ kind: 'frame', link: stage.link, frame: { kind: 'pong', t: count * 5_000 } });
  }
  const heardMs = stage.nowMs;
  stage.step({ kind: 'timer', key: `silence ${key}` });
  expect(stage.frames).toEqual([]);
  stage.nowMs += stage.timerAfterMs('silence') ?? 0;
  expect(stage.nowMs - heardMs).toBeGreaterThan(8_000);
  expect(stage.nowMs - heardMs).toBeLessThan(10_000);
  stage.step({ kind: 'timer', key: `silence ${key}` });
  expect(stage.frames).toMatchObject([{ kind: 'ping' }]);
  expect(stage.timerAfterMs('probe')).toBe(500);
});

test('[PL7] a later offer of another connection replaces the link, an earlier one does not', () => {
  const stage = CoreStage.withBen();
  stage.fromBen(offer(), { seq: 10, session: 'second' });
  const first = stage.link;
  stage.fromBen(
    { kind: 'candidates', body: { toSession: null, candidates: [] } },
    { seq: 12, session: 'second' },
  );
  stage.fromBen(offer(), { seq: 11, session: 'first' });
  expect(stage.rtcOperations).toEqual([]);
  stage.fromBen(offer(), { seq: 13, session: 'third' });
  expect(stage.rtcOperations[0]).toMatchObject({ link: first, operation: { kind: 'close' } });
  expect(opened(stage)).toBe(1);
});

test('[PL8] candidates found together travel in one envelope', () => {
  const stage = CoreStage.withBen();
  stage.fromBen(offer());
  const candidate = (name: string) => ({
    candidate: name,
    sdpMid: '0',
    sdpMLineIndex: 0,
    usernameFragment: 'u',
  });
  stage.rtc({ kind: 'candidate', candidate: candidate('one') });
  stage.rtc({ kind: 'candidate', candidate: candidate('two') });
  expect(stage.signals).toEqual([]);
  stage.rtc({ kind: 'candidate', candidate: null });
  expect(stage.signals).toMatchObject([
    {
      kind: 'candidates',
      body: { toSession: 'bensession', candidates: [candidate('one'), candidate('two')] },
    },
  ]);
});

test('[PL9] once awake, what waits to be tried again is tried, and what stands is asked for a sign of life', () => {
  const stage = CoreStage.linked();
  stage.step({ kind: 'awake' });
  expect(stage.frames).toMatchObject([{ kind: 'ping' }]);
  stage.rtc({ kind: 'channel', state: 'closed' });
  expect(states(stage)).toEqual(['retrying']);
  stage.step({ kind: 'awake' });
  expect(stage.timerAfterMs('dial')).toBe(1_000);
});
