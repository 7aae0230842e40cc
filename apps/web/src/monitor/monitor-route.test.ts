import { describe, expect, it } from 'vitest';
import { parseRoute } from '../routing/route.ts';
import { type MonitorRoute, monitorHash, parseMonitorRoute } from './monitor-route.ts';

const routes: readonly MonitorRoute[] = [
  { page: 'overview' },
  { page: 'chart', window: { kind: 'live', spanMs: 300_000 }, sensors: ['edge-1/temperature', 'b.2/soil_1'] },
  { page: 'chart', window: { kind: 'live', spanMs: 123_456 }, sensors: [] },
  {
    page: 'chart',
    window: { kind: 'fixed', fromMs: 1_700_000_000_000, toMs: 1_700_000_060_000 },
    sensors: ['e/t'],
  },
  { page: 'alarms', which: 'open' },
  { page: 'alarms', which: 'all' },
  { page: 'alarm', alarm: 'edge-1~temperature~temperature_alert_high' },
  { page: 'rules' },
  { page: 'rules', rule: 'hot' },
  { page: 'routes' },
  { page: 'edge', edge: 'edge-1' },
];

describe('addresses in Monitor', () => {
  it.each(routes)('lead back to what they were made for: %j', (route) => {
    const { place, monitor } = parseRoute(monitorHash(route));
    expect(place).toBe('monitor');
    expect(parseMonitorRoute(monitor)).toEqual(route);
  });

  it.each(['nowhere', 'edge', 'edge/a b', 'alarm/x', 'edge/../rules', ''])(
    'that are not known lead to a list: %j',
    (tail) => {
      expect(['overview', 'alarms']).toContain(parseMonitorRoute(tail).page);
    },
  );

  it('name each sensor once, and leave out what is none', () => {
    expect(parseMonitorRoute('chart/nonsense/a~b+a~b+x+~y+a~b~c')).toEqual({
      page: 'chart',
      window: { kind: 'live', spanMs: 3_600_000 },
      sensors: ['a/b'],
    });
    expect(parseMonitorRoute('chart/1700000060000-1700000000000/a~b')).toMatchObject({
      window: { kind: 'live' },
    });
  });
});
