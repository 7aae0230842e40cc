import { parseEdgeStatus } from '@bothy/wire/schemas';
import { describe, expect, test } from 'vitest';
import { EdgeDesk, edgeRule, edgeStartWallMs } from '../testing/edge-desk.ts';

const connected = (desk: EdgeDesk): EdgeDesk => desk.step({ kind: 'connected' });
const homed = (desk: EdgeDesk): EdgeDesk => connected(desk).stored({});
const away = (desk: EdgeDesk): EdgeDesk => desk.step({ kind: 'disconnected' });

describe('numbers and the outbox', () => {
  test('[TO1] each start has a number of its own, each sensor its own numbers in it, kept before they leave', () => {
    const desk = connected(new EdgeDesk({ rules: [] }));
    expect(desk.core.boot).toBe(edgeStartWallMs / 1_000);
    desk.take();
    desk.sample(20).sample(50, 'humidity').sample(21);
    expect(desk.readings()).toEqual(['1', '1', '2']);
    const kinds = desk.outputs.map(({ kind }) => kind);
    expect(kinds.indexOf('ready')).toBe(1);
    expect(
      kinds.slice(kinds.indexOf('persist', 2)).filter((kind) => kind === 'persist' || kind === 'publish'),
    ).toEqual([...['persist', 'publish', 'persist', 'publish', 'persist', 'publish']]);
    const { boot } = desk.core;
    desk.restart();
    expect(desk.core.boot).toBe(boot + 1);
    expect(connected(desk).sample(22).readings()).toContain('1');
    // Meanwhile it may have run on another disk, whose numbers began at that time.
    desk.nowMs += 3_600_000;
    desk.restart();
    expect(desk.core.boot).toBe(edgeStartWallMs / 1_000 + 3_600);
    // A clock that was set back takes no number back.
    desk.wallOffsetMs -= 7_200_000;
    desk.restart();
    expect(desk.core.boot).toBe(edgeStartWallMs / 1_000 + 3_601);
  });

  test('[TO2] a reading stays until a node has said that it is stored; the broker saying so changes nothing', () => {
    const desk = homed(new EdgeDesk());
    for (let i = 0; i < 5; i++) desk.sample(20);
    desk.acknowledge();
    expect(desk.disk.size).toBe(5);
    desk.stored({ temperature: 3 });
    expect(desk.disk.all().map(({ seq }) => seq)).toEqual([4, 5]);
    desk.stored({ temperature: 2 }).stored({ temperature: 99, other: 7 }).stored({ temperature: 9 }, 1);
    expect([desk.disk.size, desk.core.status(desk.now).outbox]).toEqual([
      0,
      { waiting: 0, bytes: 0, starts: 0, dropped: 0 },
    ]);
  });

  test('[TO3] what the home would refuse is refused here, said once, and takes no number', () => {
    const desk = connected(new EdgeDesk());
    desk.take();
    for (const value of [Number.NaN, Infinity, 1e16]) desk.sample(value);
    desk.sample(1, 'a/b').sample(1, 'ok', Number.NaN);
    desk.step({ kind: 'sampled', sensor: 'ok', value: 1, stampMs: edgeStartWallMs, unit: 'x'.repeat(33) });
    for (let i = 0; i < 300; i++) desk.sample(1, `s${i}`);
    expect(desk.readings().length).toBe(256);
    const refused = desk.outputs.filter(({ kind }) => kind === 'refused');
    expect(refused.map((each) => (each.kind === 'refused' ? each.sentence : ''))).toEqual([
      expect.stringMatching(/temperature gave NaN/),
      expect.stringMatching(/"a\/b" is no name/),
      expect.stringMatching(/ok gave a value without a time/),
      expect.stringMatching(/256 sensors at most/),
    ]);
  });

  test('[TO4] after a day offline everything goes once, in order, marked late; what is new goes first', () => {
    const desk = homed(new EdgeDesk({ drainPerSecond: 100 }));
    away(desk);
    for (let i = 1; i <= 25; i++) desk.wait(1_000).sample(20);
    desk.take();
    connected(desk);
    desk.sample(20).wait(50).sample(20);
    expect(desk.readings()).toEqual(['26', '27']);
    desk.wait(50);
    expect(desk.readings()).toEqual(Array.from({ length: 10 }, (_, i) => `${i + 1}h`));
    desk.wait(1_000);
    expect(desk.readings()).toEqual(Array.from({ length: 15 }, (_, i) => `${i + 11}h`));
    desk.stored({ temperature: 27 });
    desk.wait(300_000);
    expect([desk.readings(), desk.disk.size]).toEqual([[], 0]);
  });

  test('[TO4] so many late ones are on their way at once, and more once these are stored', () => {
    const desk = homed(new EdgeDesk({ window: 3 }));
    away(desk);
    for (let i = 0; i < 5; i++) desk.sample(20);
    desk.take();
    connected(desk).wait(1_000);
    expect(desk.readings()).toEqual(['1h', '2h', '3h']);
    desk.stored({ temperature: 2 }).wait(1_000);
    expect(desk.readings()).toEqual(['4h', '5h']);
  });

  test('[TO5] at the limit the oldest are given up, counted over restarts, and the status says what is left', () => {
    const desk = homed(new EdgeDesk({ outboxItems: 4 }));
    away(desk);
    for (let i = 0; i < 3; i++) desk.sample(20).sample(50, 'humidity');
    expect(desk.disk.all().map(({ sensor, seq }) => `${sensor} ${seq}`)).toEqual([
      ...['temperature 2', 'humidity 2', 'temperature 3', 'humidity 3'],
    ]);
    const { boot } = desk.core;
    desk.restart({ outboxItems: 4 });
    desk.sample(20);
    const status = desk.core.status(desk.now);
    expect(status.outbox).toMatchObject({ waiting: 4, dropped: 3 });
    expect(status.boots).toEqual([
      { boot, last: { temperature: 3, humidity: 3 }, first: { temperature: 3, humidity: 2 } },
      { boot: boot + 1, last: { temperature: 1 }, first: { temperature: 1 } },
    ]);
    expect(desk.outputs.filter(({ kind }) => kind === 'refused')).toHaveLength(2);
  });

  test('[TO6] what nobody confirms is sent again, as late', () => {
    const desk = homed(new EdgeDesk({ resendMs: 10_000 }));
    desk.sample(20);
    expect(desk.readings()).toEqual(['1']);
    desk.wait(10_000);
    expect(desk.readings()).toEqual([]);
    desk.wait(10_500);
    expect(desk.readings()).toEqual(['1h']);
    desk.stored({ temperature: 1 }).wait(60_000);
    expect(desk.readings()).toEqual([]);
  });

  test('[TO7] where no node ever answers, the broker lets readings go, after a while; once one did, never again', () => {
    const desk = connected(new EdgeDesk({ homeWaitMs: 20_000 }));
    desk.sample(20).acknowledge();
    expect(desk.disk.size).toBe(1);
    desk.wait(20_000).sample(21);
    expect(desk.disk.all().map(({ seq }) => seq)).toEqual([2]);
    desk.acknowledge();
    expect(desk.disk.size).toBe(0);
    away(desk).restart({ homeWaitMs: 20_000 });
    connected(desk).wait(5_000).stored({}, 1);
    away(desk).restart({ homeWaitMs: 20_000 });
    connected(desk).wait(60_000).sample(22).acknowledge();
    expect(desk.disk.size).toBe(1);
  });

  test('[TO7] a start goes on sending what the one before had not been told to be stored', () => {
    const desk = homed(new EdgeDesk());
    for (let i = 0; i < 3; i++) desk.sample(20);
    const { boot } = desk.core;
    desk.stored({ temperature: 1 }).restart().sample(30);
    desk.take();
    connected(desk).wait(1_000);
    expect(desk.readings()).toEqual(['2h', '3h', '1h']);
    desk.stored({ temperature: 3 }, boot).stored({ temperature: 1 });
    expect([desk.disk.size, desk.core.status(desk.now).boots?.length]).toEqual([0, 1]);
  });
});

describe('events', () => {
  test('[TO8] an event is said when it happens, with a number of its own and why', () => {
    const desk = connected(new EdgeDesk());
    desk.take();
    desk.sample(31);
    const [, event] = desk.take();
    expect(JSON.parse(event?.payload ?? '')).toMatchObject({
      ...{ sensor: 'temperature', value: 31, node: 'edge-1', event: true, event_type: 'hot', seq: 1 },
      ...{ boot: desk.core.boot, severity: 'warning', sentence: expect.stringMatching(/above 30/) },
    });
    expect(desk.sample(27).events()).toEqual(['hot-']);
  });

  test('[TO9] what came and went without a connection is not said; what holds is, once; what is over is', () => {
    const desk = connected(new EdgeDesk());
    away(desk).sample(31).sample(27);
    connected(desk);
    expect(desk.events()).toEqual([]);
    away(desk).sample(32);
    connected(desk);
    expect(desk.events()).toEqual(['hot+']);
    away(desk).sample(20);
    connected(desk);
    expect(desk.events()).toEqual(['hot-']);
    away(desk);
    expect(connected(desk).events()).toEqual(['hot-']);
    away(connected(desk).acknowledge());
    expect(connected(desk).events()).toEqual([]);
  });

  test('[TO9] that a rule cleared is said after a restart, too, also when the rule is gone', () => {
    const desk = connected(new EdgeDesk());
    desk.sample(31).acknowledge();
    desk.restart();
    expect(connected(desk).events()).toEqual(['hot+']);
    desk.restart({ rules: [] });
    expect(connected(desk).events()).toEqual(['hot-']);
  });

  test('[TO10] the status says what fires and how many events there were, so that a lost one is made up for', () => {
    const desk = connected(new EdgeDesk());
    desk.sample(31).take();
    desk.wait(400);
    const [status] = desk.statuses();
    expect(status).toMatchObject({ events: 1, firing: [{ rule: 'hot', sensor: 'temperature', value: 31 }] });
  });

  test('[TO10] a sensor that never spoke has no value, and says so', () => {
    const desk = connected(new EdgeDesk({ rules: [edgeRule('silent: edge-1/door stale after 1m')] }));
    desk.take();
    desk.wait(60_500);
    const event = desk.take().find(({ topic }) => topic === 'env/event/silent');
    expect(JSON.parse(event?.payload ?? '')).toMatchObject({ value: 0, quality: 'none', event: true });
    expect(desk.core.status(desk.now).firing).toMatchObject([{ value: null }]);
  });
});

describe('commands, clock, status', () => {
  test('[TO11] a command is done once, and answered in the status, over restarts', () => {
    const desk = connected(new EdgeDesk());
    const command = { kind: 'command', id: 'c1', command: { name: 'reset' } } as const;
    desk.control(command).control(command);
    expect(desk.outputs.filter(({ kind }) => kind === 'command')).toHaveLength(1);
    desk.step({ kind: 'answered', answer: { id: 'c1', ok: true, sentence: 'Done.' } });
    desk.step({ kind: 'answered', answer: { id: 'c1', ok: false, sentence: 'Again.' } });
    expect(desk.answers()).toEqual([{ id: 'c1', ok: true, sentence: 'Done.' }]);
    desk.restart();
    connected(desk)
      .control(command)
      .control({ ...command, id: 'c2' }, true);
    expect(desk.outputs.filter(({ kind }) => kind === 'command')).toHaveLength(1);
    desk.control({ ...command, id: 'c3' }).wait(10_000);
    expect(desk.answers().at(-1)).toMatchObject({ id: 'c3', ok: false });
  });

  test('[TO12] rules that a command brings hold over restarts, until the configuration has other ones', () => {
    const desk = connected(new EdgeDesk());
    const rules = [edgeRule('cold: temperature < 5'), edgeRule('far: edge-2/temperature > 1')];
    desk.control({ kind: 'command', id: 'r', command: { name: 'rules', rules } });
    expect(desk.answers()[0]?.sentence).toMatch(/1 rules hold.*1 name sensors of other edges/);
    desk.take();
    expect(desk.sample(2).events()).toEqual(['cold+']);
    desk.restart();
    connected(desk).sample(40);
    expect(desk.events()).toEqual(['cold+', 'cold-']);
    desk.acknowledge().restart({ rules: [edgeRule('warm: temperature > 20')] });
    connected(desk).take();
    expect(desk.sample(40).sample(2).events()).toEqual(['warm+', 'warm-']);
  });

  test('[TO13] the clock of the home is known to within half of the way, and a jump of our own shows at once', () => {
    const desk = connected(new EdgeDesk());
    const [status] = desk.statuses();
    desk.wait(40);
    const heardMs = edgeStartWallMs + 5_000 + 20;
    desk.control({
      ...{ kind: 'time', ping: status?.ping ?? '', saidMs: edgeStartWallMs },
      ...{ heardMs, answeredMs: heardMs },
    });
    expect(desk.core.status(desk.now).clock).toEqual({ offsetMs: 5_000, errorMs: 23 });
    desk.wallOffsetMs += 3_600_000;
    expect(desk.core.status(desk.now).clock?.offsetMs).toBe(5_000 - 3_600_000);
  });

  test('[TO13] a stamp that the home would refuse is corrected, and says so', () => {
    const desk = new EdgeDesk();
    desk.wallOffsetMs = 1_000;
    connected(desk);
    const [status] = desk.statuses();
    const heardMs = edgeStartWallMs;
    desk.control({ kind: 'time', ping: status?.ping ?? '', saidMs: 0, heardMs, answeredMs: heardMs });
    desk.sample(20);
    const [publish] = desk.take();
    expect(JSON.parse(publish?.payload ?? '')).toMatchObject({
      timestamp: new Date(edgeStartWallMs).toISOString(),
      quality: 'clock',
    });
  });

  test('[TO13] whatever somebody says that the time is, readings go on', () => {
    for (const heardMs of [9e15, -9e15, 0]) {
      const desk = connected(new EdgeDesk());
      const [status] = desk.statuses();
      desk.control({ kind: 'time', ping: status?.ping ?? '', saidMs: 0, heardMs, answeredMs: heardMs });
      desk.sample(20, 'temperature', 5).sample(20);
      for (const { payload } of desk.take()) {
        const { timestamp } = JSON.parse(payload) as { timestamp: string };
        expect(timestamp).toMatch(/^\d{4}-/);
      }
    }
  });

  test('[TO14] the status comes at its interval and soon after a change, and fits however much there is', () => {
    const desk = connected(new EdgeDesk({ statusMs: 30_000 }));
    expect(desk.statuses()).toHaveLength(1);
    desk.wait(90_000);
    expect(desk.statuses()).toHaveLength(3);
    for (let i = 0; i < 256; i++) {
      const sensor = `${'x'.repeat(60)}${i}`;
      const sentence = 'é'.repeat(300);
      desk.step({
        kind: 'sensor',
        status: { sensor, kind: 'host', intervalMs: 5_000, state: 'failing', sentence },
      });
      desk.sample(1, sensor);
    }
    desk.take();
    desk.wait(400);
    const [publish, ...more] = desk.take();
    expect(more).toEqual([]);
    const parsed = parseEdgeStatus(publish?.payload ?? '', { edge: 'edge-1' });
    expect(parsed.ok ? parsed.value.boots?.length : parsed.reason).toBe(1);
  });

  test('[TO14] the last will says offline, with the number of this start', () => {
    const desk = new EdgeDesk();
    const ready = desk.outputs.find(({ kind }) => kind === 'ready');
    const will = ready?.kind === 'ready' ? ready.will : undefined;
    expect(parseEdgeStatus(will?.payload ?? '', { edge: 'edge-1' })).toEqual({
      ok: true,
      value: { v: 1, node: 'edge-1', state: 'offline', boot: desk.core.boot },
    });
    expect(will?.topic).toBe('edge/edge-1/status');
  });
});
