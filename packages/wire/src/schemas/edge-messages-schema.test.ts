import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EdgeControl, type EdgeStatus, edgeLimits } from '../telemetry/edge-messages.ts';
import {
  checkEdgeCommand,
  parseEdgeControl,
  parseEdgeHome,
  parseEdgeStatus,
} from './edge-messages-schema.ts';

const status: EdgeStatus = {
  ...{ v: 1, node: 'edge-1', state: 'online', boot: 7, seq: 3, ping: '7-3', version: '1.0.0', events: 4 },
  at: '2026-11-20T09:30:00.000Z',
  startedAt: '2026-11-20T09:00:00Z',
  sensors: [
    { sensor: 't', kind: 'host', unit: '°C', intervalMs: 5_000, state: 'hung', sentence: 'No answer.' },
  ],
  boots: [
    { boot: 6, last: { t: 90 }, first: { t: 80 } },
    { boot: 7, last: { t: 3 } },
  ],
  outbox: { waiting: 14, bytes: 1_400, starts: 1, oldest: '2026-11-20T09:00:00.000Z', dropped: 0 },
  clock: { offsetMs: -12, errorMs: 3 },
  resources: { cpuPercent: 1.5, memoryBytes: 60_000_000, loopDelayMs: 0.4 },
  answers: [{ id: 'c-1', ok: true, sentence: 'Done.' }],
  firing: [
    {
      rule: 'hot',
      sensor: 't',
      severity: 'danger',
      value: null,
      since: '2026-11-20T09:00:00.000Z',
      sentence: '',
    },
  ],
};

function reasonOf(change: object): string {
  const parsed = parseEdgeStatus(JSON.stringify({ ...status, ...change }), { edge: 'edge-1' });
  return parsed.ok ? 'taken' : parsed.reason;
}

test('a status is read as it was written, and fields of later versions are let go', () => {
  const text = JSON.stringify({ ...status, colour: 'red' });
  expect(parseEdgeStatus(text, { edge: 'edge-1' })).toEqual({ ok: true, value: status });
  const will = { v: 1, node: 'edge-1', state: 'offline', boot: 7 } as const;
  expect(parseEdgeStatus(JSON.stringify(will), { edge: 'edge-1' })).toEqual({ ok: true, value: will });
});

test.each([
  [{ node: 'edge-2' }, /node is edge-2, and the topic is that of edge-1/],
  [{ v: 2 }, /wrong shape at v/],
  [{ state: 'asleep' }, /state/],
  [{ boot: -1 }, /boot/],
  [{ boot: 1.5 }, /boot/],
  [{ at: 'yesterday' }, /at/],
  [{ ping: 'a b' }, /ping/],
  [{ boots: [{ boot: 8, last: {} }] }, /boots has one of the future/],
  [
    {
      boots: [
        { boot: 7, last: {} },
        { boot: 7, last: {} },
      ],
    },
    /boots has one twice/,
  ],
  [{ boots: [{ boot: 7, last: { 'a/b': 1 } }] }, /boots/],
  [{ boots: [{ boot: 7, last: { t: '1' } }] }, /boots/],
  [{ boots: Array.from({ length: 17 }, (_, boot) => ({ boot, last: {} })) }, /boots/],
  [{ sensors: [status.sensors?.[0], status.sensors?.[0]] }, /sensors has one twice/],
  [{ sensors: [{ ...status.sensors?.[0], intervalMs: 1 }] }, /sensors.0.intervalMs/],
  [{ outbox: { waiting: -1, bytes: 0, dropped: 0 } }, /outbox.waiting/],
  [{ clock: { offsetMs: 1, errorMs: -1 } }, /clock.errorMs/],
  [{ answers: Array.from({ length: 9 }, () => status.answers?.[0]) }, /answers/],
  [{ firing: Array.from({ length: 65 }, () => status.firing?.[0]) }, /firing/],
  [{ version: 'x'.repeat(edgeLimits.statusBytes) }, /larger than/],
])('refused: %j', (change, reason) => {
  expect(reasonOf(change)).toMatch(reason);
});

describe('control', () => {
  const controls: readonly EdgeControl[] = [
    { kind: 'storedUpTo', home: 'n1', boots: [{ boot: 7, upTo: { t: 3 } }] },
    { kind: 'time', ping: '7-3', saidMs: 1, heardMs: 2.5, answeredMs: 3 },
    { kind: 'command', id: 'c', command: { name: 'fault', fault: 'overheat', sensor: 't' } },
    { kind: 'command', id: 'c', command: { name: 'reset' } },
    { kind: 'command', id: 'c', command: { name: 'interval', sensor: 't', intervalMs: 1_000 } },
    { kind: 'command', id: 'c', command: { name: 'read' } },
    {
      ...{ kind: 'command', id: 'c' },
      command: {
        name: 'rules',
        rules: [
          { name: 'hot', severity: 'warning', when: { kind: 'threshold', sensor: 't', is: '>', limit: 30 } },
        ],
      },
    },
  ];

  test.each(controls)('$kind is read as it was written', (control) => {
    expect(parseEdgeControl(JSON.stringify(control))).toEqual({ ok: true, value: control });
  });

  test.each([
    ['', /not JSON/],
    ['{}', /wrong shape/],
    ['{"kind":"explode"}', /wrong shape/],
    ['{"kind":"time","ping":"p","saidMs":1,"heardMs":"2","answeredMs":3}', /heardMs/],
    ['{"kind":"storedUpTo","home":"n1","boots":[{"boot":1,"upTo":{"t":-1}}]}', /boots/],
    ['{"kind":"command","id":"c","command":{"name":"fault","fault":"flood"}}', /command.fault/],
    ['{"kind":"command","id":"c","command":{"name":"interval","sensor":"t","intervalMs":5}}', /intervalMs/],
    ['{"kind":"command","id":"c","command":{"name":"read","colour":1}}', /command/],
    ['{"kind":"command","id":"c","command":{"name":"rules","rules":[{"name":"x"}]}}', /Rule 1/],
    ['{"kind":"command","id":"c","command":{"name":"rules","rules":"all"}}', /command.rules/],
  ])('refused: %s', (text, reason) => {
    const parsed = parseEdgeControl(text);
    expect(parsed.ok ? 'taken' : parsed.reason).toMatch(reason);
  });

  test('a command from an operator is checked in the same way', () => {
    expect(checkEdgeCommand({ name: 'reset' })).toEqual({ ok: true, value: { name: 'reset' } });
    expect(checkEdgeCommand({ name: 'rules', rules: [{}] })).toMatchObject({ ok: false });
    for (const wrong of [null, 7, [], { name: 'explode' }]) expect(checkEdgeCommand(wrong).ok).toBe(false);
  });
});

test('a home is read as it was written, and one about another edge is refused', () => {
  const home = { v: 1, edge: 'edge-1', home: 'n1', epoch: 1, claimedMs: 5 } as const;
  expect(parseEdgeHome(JSON.stringify(home), { edge: 'edge-1' })).toEqual({ ok: true, value: home });
  for (const change of [{ edge: 'edge-2' }, { epoch: 0 }, { home: '' }, { claimedMs: -1 }, { v: 2 }]) {
    expect(parseEdgeHome(JSON.stringify({ ...home, ...change }), { edge: 'edge-1' }).ok).toBe(false);
  }
});

test('nothing throws, whatever is sent', () => {
  const text = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({
        kind: fc.constantFrom('command', 'time', 'storedUpTo'),
        boots: fc.anything(),
        command: fc.anything(),
      })
      .map((each) => JSON.stringify(each, (_, v: unknown) => (typeof v === 'bigint' ? 0 : v)) ?? ''),
  );
  fc.assert(
    fc.property(text, (payload) => {
      expect(parseEdgeControl(payload).ok).toBe(false);
      expect(parseEdgeStatus(payload, { edge: 'edge-1' }).ok).toBe(false);
      expect(parseEdgeHome(payload, { edge: 'edge-1' }).ok).toBe(false);
    }),
    { seed: 5, numRuns: 300 },
  );
});
