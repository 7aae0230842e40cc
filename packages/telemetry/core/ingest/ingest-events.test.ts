/** What ingest makes of events and statuses. */
import type { EdgeStatus, Reading, TelemetryEvent } from '@bothy/wire';
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
