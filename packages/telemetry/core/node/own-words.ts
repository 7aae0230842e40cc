/** What a node says over MQTT of its own: events of its rules, and the alarms of the edges that it keeps. */
import {
  type Alarm,
  type EdgeAlarms,
  type EdgeId,
  edgeAlarmsLimits,
  severities,
  telemetryPayload,
  topics,
} from '@bothy/wire';
import type { RuleEvent } from '../engine/messages.ts';

export interface OwnPublish {
  readonly kind: 'publish';
  readonly topic: string;
  readonly payload: string;
  readonly qos: 1;
  readonly retain: boolean;
}

/** What one message of a broker of ours may hold, less its topic. */
const mostChars = 60_000;

/** `by` tells it from one of the edge: nodes leave it alone, for the alarm is kept by the one that said it. */
export function eventPublish(event: RuleEvent, node: string): OwnPublish {
  const { rule, severity, sentence, active, value } = event;
  const payload = telemetryPayload({
    sensor: event.sensor,
    value: value ?? 0,
    stampMs: event.stampMs ?? event.wallMs,
    node: event.node,
    event: active,
    eventType: rule,
    hist: false,
    ...(value === null ? { quality: 'none' } : {}),
    extra: { severity, sentence, by: node },
  });
  return {
    kind: 'publish',
    topic: topics.event(rule),
    payload: JSON.stringify(payload),
    qos: 1,
    retain: false,
  };
}

/** The worst and newest alarms of an edge, as many as fit; without notes where these would not. */
export function alarmsPublish(edge: EdgeId, home: string, open: readonly Alarm[]): OwnPublish {
  const rank = (alarm: Alarm): number => severities.indexOf(alarm.severity) + (alarm.active ? 10 : 0);
  const sorted = [...open].sort((one, other) => rank(other) - rank(one) || other.lastMs - one.lastMs);
  const alarms: Alarm[] = [];
  let chars = 200;
  for (const alarm of sorted.slice(0, edgeAlarmsLimits.alarms)) {
    const fits = (each: Alarm): boolean => chars + JSON.stringify(each).length * 1.1 < mostChars;
    const shown = fits(alarm) ? alarm : { ...alarm, notes: [] };
    if (!fits(shown)) break;
    chars += JSON.stringify(shown).length;
    alarms.push(shown);
  }
  const said: EdgeAlarms = { v: 1, edge, home, alarms };
  return {
    kind: 'publish',
    topic: topics.edge(edge, 'alarms'),
    payload: JSON.stringify(said),
    qos: 1,
    retain: true,
  };
}
