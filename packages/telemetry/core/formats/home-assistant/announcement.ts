/**
 * The configuration that Home Assistant's MQTT discovery announces a sensor with, long or abbreviated.
 * https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
 */
import { telemetryLimits } from '@bothy/wire';
import { fieldOf, type JsonObject, objectOf, textField } from '../json-payload.ts';
import { nameOf, sensorName } from '../quantities.ts';
import { parseTemplate, type ValueTemplate } from './value-template.ts';

export interface Announcement {
  readonly node: string;
  /** What its class or its object id says. */
  readonly sensor: string;
  /** Used where the node has another sensor of that name. */
  readonly ownName: string;
  readonly unit: string | undefined;
  readonly stateTopic: string;
  readonly template: ValueTemplate;
  /** Of a binary sensor: what it says when it is on and off. */
  readonly binary: { readonly on: string; readonly off: string } | undefined;
  readonly availability: readonly AvailabilityTopic[];
}

export interface AvailabilityTopic {
  readonly topic: string;
  readonly online: string;
  readonly offline: string;
  readonly template: ValueTemplate;
}

/** Those of the published list that describe a measurement. */
const long: Readonly<Record<string, string>> = {
  stat_t: 'state_topic',
  val_tpl: 'value_template',
  unit_of_meas: 'unit_of_measurement',
  dev_cla: 'device_class',
  uniq_id: 'unique_id',
  obj_id: 'object_id',
  dev: 'device',
  ids: 'identifiers',
  avty: 'availability',
  avty_t: 'availability_topic',
  avty_tpl: 'availability_template',
  pl_avail: 'payload_available',
  pl_not_avail: 'payload_not_available',
  pl_on: 'payload_on',
  pl_off: 'payload_off',
  t: 'topic',
};

export interface DiscoveryTopic {
  readonly component: string;
  readonly nodeId: string | undefined;
  readonly objectId: string;
}

/** `homeassistant/<component>/[<node id>/]<object id>/config`. */
export function discoveryTopic(topic: string): DiscoveryTopic | undefined {
  const [, component, ...rest] = topic.split('/');
  if (component === undefined || rest.pop() !== 'config' || rest.length < 1 || rest.length > 2)
    return undefined;
  const objectId = rest.pop() ?? '';
  return { component, nodeId: rest[0], objectId };
}

/** Or why not, for people. */
export function parseAnnouncement(about: DiscoveryTopic, payload: unknown): Announcement | string {
  const config = objectOf(payload);
  if (config === undefined) return 'is no JSON object';
  const full = expanded(config);
  const stateTopic = topicField(full, 'state_topic');
  if (stateTopic === undefined) return 'has no state_topic';
  const text = textField(full, 'value_template') ?? '{{ value }}';
  const template = parseTemplate(text);
  if (template === undefined) {
    return `has the template ${text.slice(0, 80)}; understood are {{ value }} and {{ value_json.name }} with float, int, round and a number to multiply or add`;
  }
  const device = objectOf(fieldOf(full, 'device'));
  const node = nodeOf(about, device);
  const ownName = nameOf((textField(full, 'object_id') ?? about.objectId).toLowerCase());
  if (node === undefined || ownName === undefined) return 'has no name that can be used';
  const kind = textField(full, 'device_class');
  return {
    node,
    ownName,
    sensor: (kind === undefined ? undefined : sensorName(kind)) ?? ownName,
    unit: textField(full, 'unit_of_measurement')?.slice(0, telemetryLimits.unitChars),
    stateTopic,
    template,
    binary: about.component === 'binary_sensor' ? switchWords(full) : undefined,
    availability: availabilityOf(full),
  };
}

/** Long names, also in the device and in availability, and `~` replaced where topics begin or end with it. */
function expanded(config: JsonObject): JsonObject {
  const base = textField(config, '~');
  const entries = Object.entries(config).map(([name, value]): [string, unknown] => {
    const key = Object.hasOwn(long, name) ? (long[name] ?? name) : name;
    if (Array.isArray(value)) return [key, value.map((each) => expandedValue(each, base))];
    return [key, expandedValue(value, base, key)];
  });
  return Object.fromEntries(entries);
}

function expandedValue(value: unknown, base: string | undefined, key = 'topic'): unknown {
  const object = objectOf(value);
  if (object !== undefined) return expanded(base === undefined ? object : { '~': base, ...object });
  if (typeof value !== 'string' || base === undefined || !key.endsWith('topic')) return value;
  if (value.startsWith('~')) return `${base}${value.slice(1)}`;
  return value.endsWith('~') ? `${value.slice(0, -1)}${base}` : value;
}

/** A topic to subscribe to: no wildcards, for those would make one device hear all others. */
function topicField(object: JsonObject, name: string): string | undefined {
  const topic = textField(object, name);
  return topic === undefined || topic === '' || topic.length > 512 || /[+#\0]/.test(topic)
    ? undefined
    : topic;
}

/** The name of the device where it has one, else its first identifier, else what the topic says. */
function nodeOf({ nodeId, objectId }: DiscoveryTopic, device: JsonObject | undefined): string | undefined {
  const ids = device === undefined ? undefined : fieldOf(device, 'identifiers');
  const first: unknown = Array.isArray(ids) ? ids[0] : ids;
  const named = device === undefined ? undefined : textField(device, 'name');
  for (const each of [named, typeof first === 'string' ? first : undefined, nodeId, objectId]) {
    const name = each === undefined ? undefined : nameOf(each);
    if (name !== undefined) return name;
  }
  return undefined;
}

function switchWords(config: JsonObject): { readonly on: string; readonly off: string } {
  return { on: textField(config, 'payload_on') ?? 'ON', off: textField(config, 'payload_off') ?? 'OFF' };
}

function availabilityOf(config: JsonObject): AvailabilityTopic[] {
  const list = fieldOf(config, 'availability');
  const each = Array.isArray(list) ? list : [list];
  const objects = each.map(objectOf).filter((object) => object !== undefined);
  const single = topicField(config, 'availability_topic');
  const all = single === undefined ? objects : [...objects, { ...config, topic: single }];
  return all.slice(0, 8).flatMap((object) => {
    const topic = topicField(object, 'topic');
    const written = textField(object, 'availability_template') ?? textField(object, 'value_template');
    // The template of the sensor itself is not the one of its availability.
    const text =
      fieldOf(object, 'state_topic') === undefined ? written : textField(object, 'availability_template');
    const template = parseTemplate(text ?? '{{ value }}');
    if (topic === undefined || template === undefined) return [];
    const online = textField(object, 'payload_available') ?? 'online';
    return [{ topic, online, offline: textField(object, 'payload_not_available') ?? 'offline', template }];
  });
}
