import { type Reading, telemetryPayload } from '@bothy/wire';
import { parseEdgeControl, parseReading } from '@bothy/wire/schemas';
import { describe, expect, test } from 'vitest';
import { IngestDesk, ingestWallMs } from '../testing/ingest-desk.ts';

const enrolled = { client: 'c', edge: 'edge-1' } as const;

function plain(change: Partial<Reading> = {}): Reading {
  const made = {
    sensor: 't',
    value: 20,
    node: 'device',
    stampMs: ingestWallMs,
    event: false,
    eventType: null,
  };
  return { ...made, hist: false, ...change };
}

describe('what is stored', () => {
  test('[TI1] a reading is stored once, however often it comes; double ones are counted', () => {
    const desk = new IngestDesk();
    desk.status().read(1, 2, 3).read(3, 2, 4);
    expect(desk.stored).toEqual(['1/t/1', '1/t/2', '1/t/3', '1/t/4']);
    expect(desk.counts()).toMatchObject({ stored: 4, double: 2, missing: 0 });
    desk.nowMs += 10_000;
    desk.tell();
    desk.restart().read(4, 5);
    expect(desk.stored.at(-1)).toBe('1/t/5');
    expect(desk.counts()).toMatchObject({ double: 3 });
  });

  test('[TI1] also of an edge that has just come from another home, and has said no status here yet', () => {
    const desk = new IngestDesk();
    desk.read(1, 2).restart().read(2, 3);
    expect(desk.stored).toEqual(['1/t/1', '1/t/2', '1/t/3']);
  });

  test('[TI2] what is missing is known from gaps and from what the status states; it may still come', () => {
    const desk = new IngestDesk();
    desk.status({ boots: [{ boot: 1, last: { t: 10 } }] }).read(1, 2, 5);
    expect(desk.counts()).toMatchObject({ stored: 3, missing: 7, late: 0 });
    desk.read(3, 4);
    expect(desk.counts()).toMatchObject({ stored: 5, missing: 5, late: 2 });
    desk.restart();
    expect(desk.counts()).toMatchObject({ missing: 5 });
  });

  test('[TI2] what a status states of a start of which nothing has come yet is missing, too', () => {
    const desk = new IngestDesk();
    desk.status().read(1);
    const outbox = { waiting: 30, bytes: 3_000, dropped: 0, starts: 1 };
    const boots = [
      { boot: 2, last: { t: 40, u: 9 }, first: { t: 11 } },
      { boot: 3, last: { t: 0 } },
    ];
    desk.status({ boot: 3, seq: 1, outbox, boots });
    expect(desk.counts()).toMatchObject({ stored: 1, missing: 30 });
    for (let seq = 11; seq <= 40; seq++) desk.take({ boot: 2, seq, hist: true });
    expect(desk.counts()).toMatchObject({ stored: 31, missing: 0 });
    expect(desk.tell()).toContain('2/t<=40');
    // Given up before they came.
    desk.status({
      boot: 4,
      seq: 1,
      boots: [
        { boot: 3, last: { t: 5 } },
        { boot: 4, last: {} },
      ],
    });
    desk.status({ boot: 4, seq: 2, boots: [{ boot: 4, last: {} }] });
    expect(desk.counts()).toMatchObject({ missing: 5 });
  });

  test('[TI3] what its edge gave up is lost, and nobody waits for it', () => {
    const desk = new IngestDesk();
    desk.status().read(1, 2);
    desk.status({ boots: [{ boot: 1, last: { t: 20 }, first: { t: 11 } }] });
    expect(desk.counts()).toMatchObject({ stored: 2, missing: 18 });
    expect(desk.tell()).toEqual(['1/t<=10']);
    desk.read(...Array.from({ length: 10 }, (_, i) => 11 + i));
    expect(desk.counts()).toMatchObject({ missing: 8 });
    expect(desk.tell()).toEqual(['1/t<=20']);
  });

  test('[TI4] it is told up to which number all are stored, behind the write, not before a status said where they begin', () => {
    const desk = new IngestDesk();
    desk.read(5, 6);
    expect(desk.tell()).toEqual([]);
    desk.status({ boots: [{ boot: 1, last: { t: 8 } }] });
    expect(desk.tell()).toEqual(['1/t<=0']);
    desk.read(1, 2, 3);
    expect(desk.tell()).toEqual(['1/t<=3']);
    desk.read(4);
    expect(desk.tell()).toEqual(['1/t<=6']);
    const kinds = desk.outputs.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('publish')).toBeGreaterThan(kinds.lastIndexOf('persist'));
    // The word may have been lost: a double is answered, too.
    desk.read(2);
    expect(desk.tell()).toEqual(['1/t<=6']);
  });

  test('[TI4] a home that takes over begins where its edge does, and finds nothing missing', () => {
    const desk = new IngestDesk();
    desk.status({ boots: [{ boot: 1, last: { t: 500 }, first: { t: 491 } }] }).read(491);
    expect(desk.tell()).toEqual(['1/t<=491']);
    expect(desk.counts()).toMatchObject({ stored: 1, missing: 9 });
  });

  test('[TI4] what another home was given meanwhile is not lost here', () => {
    const desk = new IngestDesk();
    desk.status().read(1, 2);
    desk.nowMs += 10_000;
    desk.tell();
    desk.step({ kind: 'gained', edge: 'edge-1', active: [] }).restart();
    desk.status({ boots: [{ boot: 1, last: { t: 90 }, first: { t: 81 } }] });
    desk.read(...Array.from({ length: 10 }, (_, i) => 81 + i));
    expect(desk.counts()).toMatchObject({ stored: 12, missing: 0 });
  });

  test('[TI5] an earlier start of which its edge has nothing left is closed: what comes of it is double', () => {
    const desk = new IngestDesk();
    desk.status().read(1, 2);
    desk.status({ boot: 2, seq: 1, boots: [{ boot: 2, last: {} }] });
    desk.take({ boot: 1, seq: 2 }).take({ boot: 1, seq: 3 });
    expect(desk.counts()).toMatchObject({ stored: 2, double: 2 });
    expect(desk.disk.ranges.size).toBe(0);
    desk.restart().take({ boot: 1, seq: 2 });
    expect(desk.counts()).toMatchObject({ stored: 2 });
    // It has some after all: rather double than never.
    desk.status({
      boot: 2,
      seq: 2,
      boots: [
        { boot: 1, last: { t: 3 }, first: { t: 3 } },
        { boot: 2, last: {} },
      ],
    });
    desk.take({ boot: 1, seq: 3, hist: true });
    expect(desk.tell()).toContain('1/t<=3');
  });

  test('[TI5] a list of starts that is not whole closes nothing', () => {
    const desk = new IngestDesk();
    desk.status().read(1, 3);
    const outbox = { waiting: 9, bytes: 900, dropped: 0, starts: 5 };
    desk.status({ boot: 9, seq: 1, outbox, boots: [{ boot: 9, last: {} }] });
    desk.take({ boot: 1, seq: 2, hist: true });
    expect(desk.counts()).toMatchObject({ stored: 3 });
  });

  test('[TI6] memory is bounded: starts, gaps, sensors of an edge, of a client, of all', () => {
    const desk = new IngestDesk({ mostSensors: 400, mostSensorsPerClient: 300 });
    for (let boot = 1; boot <= 100; boot++) desk.take({ boot, seq: 1 });
    expect(desk.disk.ranges.size).toBe(32);
    for (let seq = 3; seq < 400; seq += 2) desk.take({ boot: 100, seq });
    const [ranges] = [...desk.disk.ranges.values()].filter(({ boot }) => boot === 100);
    expect(ranges?.ranges.length).toBe(64);
    for (let i = 0; i < 500; i++) desk.take({ sensor: `s${i}`, boot: 100, seq: 1 });
    for (let i = 0; i < 500; i++) desk.plain(plain({ node: `d${i}` }), { client: 'other' });
    for (let i = 0; i < 500; i++) desk.plain(plain({ node: `e${i}` }), { client: 'third' });
    const edges = desk.core.edges();
    expect(edges.length).toBe(1 + 400 - 256);
    const reasons = desk.outputs.flatMap((each) => (each.kind === 'refused' ? [each.reason] : []));
    expect(reasons).toEqual([
      expect.stringMatching(/too many of its numbers are missing/),
      ...['other', 'third'].map(
        () => expect.stringMatching(/this node knows 400 sensors at most/) as unknown,
      ),
    ]);
    const brief = new IngestDesk({ mostSensorsPerClient: 10 });
    for (let i = 0; i < 50; i++) brief.plain(plain({ node: `d${i}` }));
    expect(brief.core.edges().length).toBe(10);
    brief.nowMs += 360_000;
    brief.plain(plain({ node: 'later' }));
    expect(brief.core.edges().length).toBe(11);
  });

  test('[TI7] plain devices are stored as they come; what is known already is for the store to say', () => {
    const desk = new IngestDesk();
    desk
      .plain(plain())
      .plain(plain({ stampMs: ingestWallMs + 10 }))
      .plain(plain());
    expect(desk.stored).toEqual(['-/t/-', '-/t/-', '-/t/-']);
    desk.step({ kind: 'ignored', edge: 'device', count: 1 });
    expect(desk.counts('device')).toMatchObject({ stored: 2, double: 1, late: 1, missing: 0 });
    expect(desk.core.edge('device')).toMatchObject({ kind: 'plain', state: 'unknown', status: null });
  });

  test('[TI7] late readings, plain or ours, are told apart: no rule judges them', () => {
    const desk = new IngestDesk();
    desk.status().read(1, 3, 2).take({ seq: 4, hist: true });
    expect(desk.accepted).toEqual(['1', '3', '2 late', '4 late']);
    desk.plain(plain()).plain(plain({ stampMs: ingestWallMs - 1 }));
    expect(desk.accepted.slice(4)).toEqual(['plain', 'plain late']);
  });

  test('[TI15] a plain device whose clock was set back is late for two readings, and what comes out of a buffer for good', () => {
    const desk = new IngestDesk().plain(plain({ stampMs: ingestWallMs + 3_600_000 }));
    for (let second = 1; second <= 5; second += 1) {
      desk.nowMs = second * 1_000;
      desk.plain(plain({ stampMs: ingestWallMs + desk.nowMs }));
    }
    expect(desk.accepted).toEqual(['plain', 'plain late', 'plain late', 'plain', 'plain', 'plain']);
    for (let second = 1; second <= 9; second += 1) {
      desk.nowMs += 50;
      desk.plain(plain({ stampMs: ingestWallMs - 60_000 + second * 1_000 }));
    }
    expect(desk.accepted.slice(6).every((each) => each === 'plain late')).toBe(true);
    // Doubles over a slower way, between those that come at once.
    for (let second = 1; second <= 9; second += 1) {
      desk.nowMs += 1_000;
      const stampMs = ingestWallMs + desk.nowMs;
      desk.plain(plain({ stampMs })).plain(plain({ stampMs: stampMs - 5_000 }));
    }
    expect(desk.accepted.slice(15)).toEqual(Array.from({ length: 9 }, () => ['plain', 'plain late']).flat());
  });
});

describe('who may say what', () => {
  test('[TI11] the name of an enrolled edge is its own; what is refused is counted, with the last example', () => {
    const desk = new IngestDesk();
    desk.step({ kind: 'enrolled', edges: ['edge-1'] });
    desk.status({}, false, enrolled).take({ seq: 1 }, enrolled);
    for (let i = 0; i < 1_500; i++) desk.take({ seq: 2, value: i }, { client: 'mallory' });
    desk
      .status({ seq: 2 }, false, { client: 'mallory' })
      .event({ ...plain({ node: 'edge-1', event: true }), eventType: 'hot' }, { client: 'mallory' });
    desk.take({ seq: 3, node: 'edge-2' }, enrolled);
    expect([desk.stored, desk.events]).toEqual([['1/t/1'], []]);
    expect(desk.counts()).toMatchObject({ stored: 1, refused: 1_502, lastRefused: { reason: /enrolled/ } });
    const told = desk.outputs.flatMap((each) =>
      each.kind === 'refused' ? [`${each.client} ${each.count}`] : [],
    );
    expect(told).toEqual(['mallory 1', 'mallory 1000', 'c 1']);
    expect(desk.core.refusals()).toMatchObject([
      { client: 'mallory', count: 1_502 },
      { client: 'c', count: 1 },
    ]);
    desk.take({ seq: 2 }, { client: 'bridge', unverified: true });
    expect(desk.stored.length).toBe(2);
  });

  test('[TI11] clients that are refused are remembered up to a limit', () => {
    const desk = new IngestDesk({ mostClients: 3 });
    for (const client of ['a', 'b', 'c', 'a', 'd']) {
      desk.step({ kind: 'refused', from: { client }, reason: 'not JSON', example: 'x'.repeat(500) });
    }
    expect(desk.core.refusals().map(({ client, count }) => `${client}${count}`)).toEqual(['c1', 'a2', 'd1']);
    expect(desk.core.refusals()[0]?.last.example.length).toBe(300);
  });

  test('[TI12] an edge that is taken out is forgotten, with its numbers, and may come again', () => {
    const desk = new IngestDesk();
    desk.status().read(1, 2);
    desk.step({ kind: 'forget', edge: 'edge-1' });
    expect([desk.core.edge('edge-1'), desk.disk.ranges.size, desk.disk.edges.size]).toEqual([
      undefined,
      0,
      0,
    ]);
    desk.status({ boots: [{ boot: 1, last: { t: 3 }, first: { t: 3 } }] }).read(3);
    expect(desk.counts()).toMatchObject({ stored: 1, missing: 0 });
  });
});

test('[TI13] readings of one step are one write, and how long they took is known by the corrected clock of the edge', () => {
  const desk = new IngestDesk();
  desk.status({ clock: { offsetMs: 60_000, errorMs: 5 } });
  const before = desk.outputs.length;
  desk.read(1, 2, 3, 4);
  const writes = desk.outputs.slice(before).flatMap((each) => (each.kind === 'persist' ? [each.writes] : []));
  expect(writes.map((each) => each.map(({ kind }) => kind))).toEqual([['putReadings', 'putRanges']]);
  const late = new IngestDesk();
  late.status({ clock: { offsetMs: 60_000, errorMs: 5 } });
  late.take({ seq: 1, stampMs: ingestWallMs - 60_500 });
  expect(late.counts().delayMs).toBe(500);
});

test('what it says is what an edge can read', () => {
  const desk = new IngestDesk();
  const last = Object.fromEntries(
    Array.from({ length: 256 }, (_, i) => [`${'x'.repeat(58)}${i}`, 1_000_000]),
  );
  for (let boot = 1; boot <= 16; boot++) {
    desk.status({
      boot,
      seq: boot,
      boots: [{ boot, last: { t: 1 } }],
      outbox: { waiting: 1, bytes: 1, starts: 15, dropped: 0 },
    });
    for (const sensor of Object.keys(last)) desk.take({ boot, seq: 1, sensor });
  }
  for (const output of desk.outputs) {
    if (output.kind !== 'publish') continue;
    const parsed = parseEdgeControl(output.payload);
    expect(parsed.ok ? 'read' : parsed.reason).toBe('read');
  }
  const text = JSON.stringify(telemetryPayload(plain()));
  expect(parseReading(text, { receivedMs: ingestWallMs, zoneOffset: () => 0 }).ok).toBe(true);
});

test('[TI14] a start from far in the future is refused, and the edge goes on', () => {
  const desk = new IngestDesk();
  desk.status().read(1, 2);
  desk.status({ boot: Number.MAX_SAFE_INTEGER, state: 'offline' });
  desk.status({ boot: Math.floor(ingestWallMs / 1_000) + 367 * 86_400, state: 'offline' });
  expect(desk.counts()).toMatchObject({ stored: 2, late: 0, refused: 2 });
  desk.status().read(3);
  expect(desk.counts()).toMatchObject({ stored: 3, late: 0, missing: 0 });
  desk.status({ boot: Math.floor(ingestWallMs / 1_000) });
  expect(desk.counts()).toMatchObject({ refused: 2 });
});
