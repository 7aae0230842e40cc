/** MQTT topics (design, section 4). The only place where topic strings are put together or taken apart. */
import { type DeviceId, deviceIdPattern, type Name, namePattern } from './ids.ts';
import { type EdgeId, type SensorName, telemetryNamePattern } from './telemetry/reading.ts';

/** Signalling topics below `user/<name>/`. */
export const signallingTopics = ['offer', 'answer', 'iceCandidate', 'contactRequest'] as const;
export type SignallingTopic = (typeof signallingTopics)[number];

export const topics = {
  signalling: (name: Name, topic: SignallingTopic): string => `user/${name}/${topic}`,
  presence: (name: Name, device: DeviceId): string => `user/${name}/presence/${device}`,
  /** Filter for everything that is addressed to a person. */
  allOf: (name: Name): string => `user/${name}/#`,
  /** Filter for the presence of all devices of a person. */
  presenceOf: (name: Name): string => `user/${name}/presence/#`,
  /** `type` is the sensor's name: every sensor of a name, whoever publishes. */
  reading: (sensor: SensorName): string => `env/${sensor}/raw`,
  event: (eventType: string): string => `env/event/${eventType}`,
  edge: (edge: EdgeId, topic: EdgeTopic): string => `edge/${edge}/${topic}`,
} as const;

/** Topics below `edge/<id>/`. `home`, `alarms` and `enrolment` are said by nodes only, retained. */
export const edgeTopics = ['status', 'control', 'home', 'alarms', 'enrolment'] as const;
export type EdgeTopic = (typeof edgeTopics)[number];

export type ParsedTelemetryTopic =
  | { readonly kind: 'reading'; readonly sensor: SensorName }
  | { readonly kind: 'event'; readonly eventType: string }
  | { readonly kind: EdgeTopic; readonly edge: EdgeId };

/** What a concrete topic below `env/` or `edge/` means; undefined when it is none of ours. */
export function parseTelemetryTopic(topic: string): ParsedTelemetryTopic | undefined {
  const [root, middle, last, rest] = topic.split('/');
  if (middle === undefined || last === undefined || rest !== undefined) return undefined;
  if (root === 'env' && middle === 'event') {
    return telemetryNamePattern.test(last) ? { kind: 'event', eventType: last } : undefined;
  }
  if (root === 'env') {
    return last === 'raw' && telemetryNamePattern.test(middle)
      ? { kind: 'reading', sensor: middle }
      : undefined;
  }
  if (root !== 'edge' || !telemetryNamePattern.test(middle)) return undefined;
  const kind = edgeTopics.find((known) => known === last);
  return kind === undefined ? undefined : { kind, edge: middle };
}

export type ParsedUserTopic =
  | { readonly kind: 'signalling'; readonly name: Name; readonly topic: SignallingTopic }
  | { readonly kind: 'presence'; readonly name: Name; readonly device: DeviceId };

/** What a concrete topic below `user/` means; undefined when it is none of ours. */
export function parseUserTopic(topic: string): ParsedUserTopic | undefined {
  const [root, name, part, device, rest] = topic.split('/');
  if (root !== 'user' || name === undefined || !namePattern.test(name) || rest !== undefined)
    return undefined;
  if (part === 'presence' && device !== undefined && deviceIdPattern.test(device)) {
    return { kind: 'presence', name, device };
  }
  const signalling = signallingTopics.find((known) => known === part);
  if (signalling === undefined || device !== undefined) return undefined;
  return { kind: 'signalling', name, topic: signalling };
}
