/** What a node says over MQTT of its own: events of its rules, and the alarms of the edges that it keeps. */
import {
  type Alarm,
  type EdgeAlarms,
  type EdgeHome,
  edgeAlarmsLimits,
  severities,
  telemetryPayload,
  topics,
  utf8Bytes,
} from '@bothy/wire';
import type { RuleEvent } from '../engine/messages.ts';

export interface OwnPublish {
  readonly kind: 'publish';
  readonly topic: string;
  readonly payload: string;
  readonly qos: 1;
  readonly retain: boolean;
}

/** What one message of a broker of ours may hold, less what is around the alarms. */
const mostBytes = 65_000;

/** `by` tells it from one of the edge: nodes leave it alone, for the alarm is kept by the one that said it. */
export function eventPublish(event: RuleEvent, node: string): OwnPublish {
  const { rule, severity, sentence, active, value, unit } = event;
  const payload = telemetryPayload({
    sensor: event.sensor,
    value: value ?? 0,
    stampMs: event.stampMs ?? event.wallMs,
    node: event.node,
    event: active,
    eventType: rule,
    hist: false,
    ...(unit === undefined ? {} : { unit }),
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

/** The worst and newest alarms of an edge, as many as fit; without their notes where these would push others out. */
export function alarmsPublish(
  { edge, home, epoch }: Pick<EdgeHome, 'edge' | 'home' | 'epoch'>,
  open: readonly Alarm[],
): OwnPublish {
  const rank = (alarm: Alarm): number => severities.indexOf(alarm.severity) + (alarm.active ? 10 : 0);
  const sorted = [...open].sort((one, other) => rank(other) - rank(one) || other.lastMs - one.lastMs);
  const worst = sorted.slice(0, edgeAlarmsLimits.alarms);
  const whole = fitting(worst);
  const alarms = whole.length === worst.length ? whole : fitting(worst.map(withoutNotes));
  const said: EdgeAlarms = { v: 1, edge, home, epoch, alarms };
  const topic = topics.edge(edge, 'alarms');
  return { kind: 'publish', topic, payload: JSON.stringify(said), qos: 1, retain: true };
}

function withoutNotes(alarm: Alarm): Alarm {
  return { ...alarm, notes: [] };
}

function fitting(alarms: readonly Alarm[]): readonly Alarm[] {
  let left = mostBytes;
  const end = alarms.findIndex((alarm) => {
    left -= utf8Bytes(JSON.stringify(alarm)) + 1;
    return left < 0;
  });
  return end < 0 ? alarms : alarms.slice(0, end);
}
