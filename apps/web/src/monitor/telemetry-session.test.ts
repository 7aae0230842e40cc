import { type Alarm, BothyError, type TelemetrySnapshot } from '@bothy/wire';
import { describe, expect, it } from 'vitest';
import { type TelemetryLink, TelemetrySession } from './telemetry-session.ts';

const alarm: Alarm = {
  id: 'edge-1~temperature~hot',
  edge: 'edge-1',
  sensor: 'temperature',
  rule: 'hot',
  severity: 'danger',
  active: true,
  acknowledged: false,
  openedMs: 1_000,
  lastMs: 1_000,
  count: 1,
  value: 31,
  sentence: 'It is hot.',
  notes: [],
  home: 'n1',
  version: 1,
};
const snapshot: TelemetrySnapshot = {
  node: 'n1',
  atMs: 5_000,
  sensors: [
    {
      edge: 'edge-1',
      sensor: 'temperature',
      unit: '°C',
      value: 21,
      stampMs: 4_000,
      heardMs: 4_000,
      state: 'ok',
      recent: [[4_000, 21]],
    },
  ],
  edges: [],
  alarms: [alarm],
  figures: {
    readingsPerSecond: 0,
    eventsPerMinute: 0,
    tickDelayMs: 0,
    edgeDelayP50Ms: null,
    edgeDelayP99Ms: null,
  },
};
const key = 'edge-1/temperature';

/** A link whose answers and notifications the test gives. */
function stage() {
  let connection: ReturnType<TelemetryLink['connection']> = 'connecting';
  const changed = new Set<() => void>();
  const heard = new Map<string, (params: Readonly<Record<string, unknown>>) => void>();
  const asked: { params: unknown; answer: (given: unknown) => void }[] = [];
  const link: TelemetryLink = {
    connection: () => connection,
    subscribe: (listener) => {
      changed.add(listener);
      return () => changed.delete(listener);
    },
    ask: (_method, params) =>
      new Promise((resolve, reject) => {
        const answer = (given: unknown) => (given instanceof Error ? reject(given) : resolve(given));
        asked.push({ params, answer });
      }),
    on: (method, listener) => {
      heard.set(method, listener);
      return () => heard.delete(method);
    },
  };
  const session = new TelemetrySession(link, () => 1_000);
  return {
    session,
    asked,
    become: (next: typeof connection) => {
      connection = next;
      for (const listener of changed) listener();
    },
    answer: async (given: unknown, at = asked.length - 1) => {
      asked[at]?.answer(given);
      await Promise.resolve();
      await Promise.resolve();
    },
    tell: (method: string, params: object) => heard.get(method)?.({ ...params }),
  };
}

async function live() {
  const on = stage();
  const end = on.session.watch();
  on.become('open');
  await on.answer({ snapshot });
  return { ...on, end };
}

describe('the telemetry of a tab', () => {
  it('is asked for when a node answers, and lives on ticks', async () => {
    const { session, asked, tell } = await live();
    expect(asked.map(({ params }) => params)).toEqual([{ sensors: ['*'], alarms: true }]);
    const readings: unknown[] = [];
    session.onReadings((each) => readings.push(...each));
    tell('telemetry.tick', { atMs: 6_000, readings: [['edge-1', 'temperature', 5_900, 22]] });
    expect(session.state()).toMatchObject({ kind: 'live', aheadMs: 5_000 });
    expect(session.state().view?.sensors.get(key)?.value).toBe(22);
    expect(session.nowMs()).toBe(6_000);
    expect(readings).toHaveLength(1);
  });

  it('is of alarms alone while no page shows values', async () => {
    const { asked, end, session } = await live();
    end();
    end();
    expect(asked.at(-1)?.params).toEqual({ sensors: [], alarms: true });
    session.watch();
    expect(asked.at(-1)?.params).toEqual({ sensors: ['*'], alarms: true });
  });

  it('keeps what it knew while no node is there, and asks anew with the next connection', async () => {
    const { session, asked, become, answer } = await live();
    become('waiting');
    expect(session.state().kind).toBe('away');
    expect(session.state().view?.sensors.has(key)).toBe(true);
    become('connecting');
    expect(session.state().kind).toBe('away');
    become('open');
    await answer({ snapshot: { ...snapshot, sensors: [] } });
    expect(asked).toHaveLength(2);
    expect(session.state()).toMatchObject({ kind: 'live' });
    expect(session.state().view?.sensors.size).toBe(0);
  });

  it('says why it was refused, and tries again when asked to', async () => {
    const { session, become, answer, asked } = stage();
    become('open');
    await answer(new BothyError('forbidden', 'Only for members.'));
    expect(session.state()).toMatchObject({
      kind: 'refused',
      problem: { code: 'forbidden', message: 'Only for members.' },
    });
    session.again();
    await answer({ snapshot });
    expect(asked).toHaveLength(2);
    expect(session.state()).toMatchObject({ kind: 'live' });
    expect(session.state().problem).toBeUndefined();
  });

  it('takes no answer of a former question', async () => {
    const { session, become, answer } = stage();
    become('open');
    session.watch();
    await answer({ snapshot }, 1);
    await answer({ snapshot: { ...snapshot, sensors: [] } }, 0);
    expect(session.state().view?.sensors.size).toBe(1);
  });

  it('is not harmed by what has another shape', async () => {
    const { session, tell, become, answer } = await live();
    tell('telemetry.tick', { atMs: 'now', readings: [] });
    tell('telemetry.tick', { atMs: 6_000, readings: [['edge-1', 'temperature', 5_900, 'hot']] });
    tell('alarm.changed', { alarm: { id: 7 } });
    expect(session.state().view?.sensors.get(key)?.value).toBe(21);
    become('waiting');
    become('open');
    await answer({ snapshot: 'none' });
    expect(session.state()).toMatchObject({ kind: 'refused', problem: { code: 'internal' } });
  });

  it('hears of alarms, and keeps the later version', async () => {
    const { session, tell } = await live();
    const changes: string[] = [];
    session.onAlarm((change) => changes.push(`${change.alarm.version}`));
    tell('alarm.changed', { alarm: { ...alarm, acknowledged: true, version: 2 } });
    session.learn(alarm);
    expect(changes).toEqual(['2']);
    expect(session.state().view?.alarms.get(alarm.id)).toMatchObject({ acknowledged: true });
  });
});
