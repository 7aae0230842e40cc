/** What ingest makes of events and statuses. */
import type { EdgeStatus, Reading, TelemetryEvent } from '@bothy/wire';
import { parseEdgeControl } from '@bothy/wire/schemas';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IngestDesk, ingestWallMs } from '../testing/ingest-desk.ts';

const made = { sensor: 't', value: 20, node: 'edge-1', stampMs: ingestWallMs, hist: false };

function plain(change: Partial<Reading> = {}): Reading {
  return { ...made, event: false, eventType: null, ...change };
}

describe('events and statuses', () => {
  const event = (seq: number, active: boolean, change: Partial<TelemetryEvent> = {}): TelemetryEvent => ({
    ...plain({ node: 'edge-1', boot: 1, seq, event: active }),
    eventType: 'hot',
    ...change,
  });
  const firing = (rule: string): NonNullable<EdgeStatus['firing']>[number] => ({
    ...{
      rule,
      sensor: 't',
      severity: 'danger',
      value: 40,
      since: '2026-11-20T09:30:00.000Z',
      sentence: 'Hot.',
    },
  });

  test('[TI8] a status makes up for events that were lost, and for none that came', () => {
    const desk = new IngestDesk();
    desk.status({ events: 0, firing: [] }).read(1);
    desk.event(event(1, true));
    expect(desk.events).toEqual(['hot+1']);
    desk.status({ seq: 2, events: 1, firing: [firing('hot')] });
    expect(desk.events).toEqual(['hot+1']);
    desk.status({ seq: 3, events: 3, firing: [firing('dry')] });
    expect(desk.events).toEqual(['hot+1', 'hot-3', 'dry+3']);
    desk.status({ seq: 4, events: 3, firing: [firing('dry')] });
    desk.event(event(5, false, { eventType: 'dry' }));
    // Said before the last event, and heard after it.
    desk.status({ seq: 5, events: 4, firing: [firing('dry')] });
    expect(desk.events).toEqual(['hot+1', 'hot-3', 'dry+3', 'dry-5']);
    desk.event(event(6, true));
    desk.restart().status({ seq: 6, events: 7, firing: [] });
    expect(desk.events.slice(4)).toEqual(['hot+6', 'hot-7']);
  });

  test('[TI8] a home that takes over learns from the status what fires, and which of the alarms it took over do not', () => {
    const desk = new IngestDesk();
    desk.status().read(1);
    desk
      .event(event(1, true))
      .step({ kind: 'gained', edge: 'edge-1', active: [{ rule: 'dry', sensor: 't' }] });
    desk.status({ seq: 2, events: 4, firing: [firing('hot')] });
    expect(desk.events).toEqual(['hot+1', 'dry-4', 'hot+4']);
  });

  test('[TI8] of alarms that were taken over with an edge that was never heard here its first status says which fire', () => {
    const desk = new IngestDesk();
    desk.step({ kind: 'gained', edge: 'edge-1', active: [{ rule: 'dry', sensor: 't' }] });
    desk.restart().status({ seq: 2, events: 4, firing: [firing('hot')] });
    expect(desk.events).toEqual(['dry-4', 'hot+4']);
    // Without alarms there is nothing to wait for.
    desk.step({ kind: 'gained', edge: 'edge-2', active: [] });
    expect(desk.core.edges().map(({ edge }) => edge)).toEqual(['edge-1']);
  });

  test('[TI8] a status that does not list what fires says nothing about it', () => {
    const desk = new IngestDesk();
    desk.status().read(1);
    desk.event(event(1, true));
    desk.status({ seq: 2, events: 2 });
    expect(desk.events).toEqual(['hot+1']);
    // Nor does one that the broker had kept: it may be a day old.
    desk.status({ seq: 3, events: 3, firing: [firing('dry')] }, true);
    expect(desk.events).toEqual(['hot+1']);
  });

  test('[TI9] old statuses are ignored; the last will ends a connection and no later one', () => {
    const desk = new IngestDesk();
    desk.status({ boot: 3, seq: 5 });
    desk.status({ boot: 2, seq: 9, state: 'offline' }).status({ boot: 3, seq: 4, version: 'old' });
    expect(desk.core.edge('edge-1')).toMatchObject({ state: 'online' });
    expect(desk.core.edge('edge-1')?.status?.version).toBeUndefined();
    desk.step({
      ...{ kind: 'status', from: { client: 'c' }, retained: false },
      status: { v: 1, node: 'edge-1', state: 'offline', boot: 3 },
    });
    expect(desk.core.edge('edge-1')).toMatchObject({
      state: 'offline',
      status: { seq: 5, boots: expect.anything() },
    });
    desk.status({ boot: 3, seq: 5 });
    expect(desk.core.edge('edge-1')?.state).toBe('offline');
    desk.status({ boot: 3, seq: 6 });
    expect(desk.core.edge('edge-1')?.state).toBe('online');
  });

  test('[TI10] a question for the time is answered with the stamps, unless it is an old one', () => {
    const desk = new IngestDesk();
    desk.status({ ping: 'p', at: '2026-11-20T09:29:00.000Z' });
    const [time] = desk.controls();
    expect(time).toEqual({
      ...{ kind: 'time', ping: 'p', saidMs: Date.UTC(2026, 10, 20, 9, 29) },
      ...{ heardMs: ingestWallMs, answeredMs: ingestWallMs },
    });
    desk.status({ seq: 2, ping: 'q' }, true);
    expect(desk.controls()).toEqual([]);
  });
});

test('[TI6] whatever edges say of themselves, nothing throws, memory stays bounded, and what is answered can be read', () => {
  const number = fc.oneof(
    fc.nat(40),
    fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, 1e12),
  );
  const numbers = fc.dictionary(fc.constantFrom('t', 'u', '__proto__', 'constructor'), number, {
    maxKeys: 4,
  });
  const said = fc.record({
    boot: number,
    seq: number,
    boots: fc.array(fc.record({ boot: number, last: numbers, first: numbers }), { maxLength: 16 }),
    outbox: fc.record({ waiting: number, bytes: number, dropped: number, starts: fc.nat(20) }),
    events: number,
    firing: fc.constantFrom([], undefined),
    state: fc.constantFrom('online' as const, 'offline' as const),
  });
  const read = fc.record({
    boot: number,
    seq: number,
    sensor: fc.constantFrom('t', 'u', 'constructor'),
    hist: fc.boolean(),
  });
  const event = fc.record({ boot: number, seq: number, event: fc.boolean() });
  let stored = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(said, read, event), { minLength: 30, maxLength: 150 }), (inputs) => {
      const desk = new IngestDesk();
      for (const input of inputs) {
        if ('state' in input) {
          const { firing, ...rest } = input;
          const status = {
            v: 1,
            node: 'edge-1',
            ...rest,
            ...(firing === undefined ? {} : { firing }),
          } as const;
          desk.step({ kind: 'status', status, from: { client: 'c' }, retained: false });
        } else if ('event' in input) desk.event({ ...plain(input), eventType: 'hot' });
        else desk.take(input);
        if (desk.outputs.length % 7 === 0) desk.restart();
        if (desk.outputs.length % 5 === 0) desk.tell();
      }
      expect(desk.disk.ranges.size).toBeLessThanOrEqual(32 * 3);
      for (const { base, last } of desk.disk.ranges.values()) {
        expect(Number.isInteger(base) && Number.isInteger(last)).toBe(true);
      }
      for (const output of desk.outputs) {
        if (output.kind === 'publish') expect(parseEdgeControl(output.payload)).toMatchObject({ ok: true });
      }
      stored += desk.stored.length;
    }),
    { seed: 9, numRuns: 150 },
  );
  // Of single runs everything may be refused.
  expect(stored).toBeGreaterThan(150);
});
