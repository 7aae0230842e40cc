/** What is open in Monitor: the part of the address behind `#/monitor/`. Names of edges, sensors and rules need no escaping. */

import { type TimeWindow, timeRanges } from '@bothy/telemetry/views';
import { alarmIdPattern, liveLimits, type SensorKey, telemetryNamePattern } from '@bothy/wire';

export type MonitorRoute =
  | { readonly page: 'overview' }
  | { readonly page: 'chart'; readonly sensors: readonly SensorKey[]; readonly window: TimeWindow }
  | { readonly page: 'alarms'; readonly which: 'open' | 'all' }
  | { readonly page: 'alarm'; readonly alarm: string }
  | { readonly page: 'rules'; readonly rule?: string }
  | { readonly page: 'routes' }
  | { readonly page: 'edge'; readonly edge: string };

const hour = { kind: 'live', spanMs: 3_600_000 } as const;

/** What is not known leads to the overview, for an address may be typed or old. */
export function parseMonitorRoute(tail: string | undefined): MonitorRoute {
  const [page = '', one = '', two = ''] = (tail ?? '').split('/');
  switch (page) {
    case 'chart':
      return { page, window: windowOf(one) ?? hour, sensors: sensorsOf(two) };
    case 'alarms':
      return { page, which: one === 'all' ? 'all' : 'open' };
    case 'alarm':
      return alarmIdPattern.test(one) ? { page, alarm: one } : { page: 'alarms', which: 'open' };
    case 'rules':
      return telemetryNamePattern.test(one) ? { page, rule: one } : { page };
    case 'routes':
      return { page };
    case 'edge':
      return telemetryNamePattern.test(one) ? { page, edge: one } : { page: 'overview' };
    default:
      return { page: 'overview' };
  }
}

/** The inverse, with `#/monitor` before it. */
export function monitorHash(route: MonitorRoute): string {
  switch (route.page) {
    case 'overview':
      return '#/monitor';
    case 'chart':
      return `#/monitor/chart/${windowText(route.window)}/${route.sensors.map((key) => key.replace('/', '~')).join('+')}`;
    case 'alarms':
      return route.which === 'all' ? '#/monitor/alarms/all' : '#/monitor/alarms';
    case 'alarm':
      return `#/monitor/alarm/${route.alarm}`;
    case 'rules':
      return route.rule === undefined ? '#/monitor/rules' : `#/monitor/rules/${route.rule}`;
    case 'routes':
      return '#/monitor/routes';
    case 'edge':
      return `#/monitor/edge/${route.edge}`;
  }
}

function windowText(window: TimeWindow): string {
  if (window.kind === 'fixed') return `${window.fromMs}-${window.toMs}`;
  return timeRanges.find(({ ms }) => ms === window.spanMs)?.name ?? `${Math.round(window.spanMs)}ms`;
}

function windowOf(text: string): TimeWindow | undefined {
  const range = timeRanges.find(({ name }) => name === text);
  if (range !== undefined) return { kind: 'live', spanMs: range.ms };
  const span = /^(\d{4,11})ms$/.exec(text)?.[1];
  if (span !== undefined) return { kind: 'live', spanMs: Number(span) };
  const [, from, to] = /^(\d{9,14})-(\d{9,14})$/.exec(text) ?? [];
  if (from === undefined || to === undefined || Number(from) >= Number(to)) return undefined;
  return { kind: 'fixed', fromMs: Number(from), toMs: Number(to) };
}

function sensorsOf(text: string): readonly SensorKey[] {
  const keys = text.split('+').flatMap((part) => {
    const [edge = '', sensor = '', rest] = part.split('~');
    const isKey = telemetryNamePattern.test(edge) && telemetryNamePattern.test(sensor) && rest === undefined;
    return isKey ? [`${edge}/${sensor}`] : [];
  });
  return [...new Set(keys)].slice(0, liveLimits.series);
}
