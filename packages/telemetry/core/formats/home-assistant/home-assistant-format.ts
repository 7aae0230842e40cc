/** Home Assistant's MQTT discovery: sensors are announced, and what then comes on their topics is read as announced. */
import {
  type DeviceFormat,
  type DeviceReading,
  type FormatMessage,
  type FormatOutcome,
  formatLimits,
  ignored,
  refused,
} from '../device-format.ts';
import { fieldOf, jsonOf, objectOf } from '../json-payload.ts';
import { deviceReading } from '../quantities.ts';
import { type Announcement, discoveryTopic, parseAnnouncement } from './announcement.ts';
import { ownOrigin } from './own-discovery.ts';
import { templateNumber, templateValue } from './value-template.ts';

/** One that was announced, under the name that it was given. */
interface KnownSensor {
  readonly announcement: Announcement;
  readonly sensor: string;
}

export class HomeAssistantFormat implements DeviceFormat {
  readonly name = 'homeassistant';
  readonly filters: readonly string[];
  readonly #prefix: string;
  /** By the topic that announced it. */
  readonly #known = new Map<string, KnownSensor>();
  /** Announcing topics by the topics that they want. */
  readonly #byTopic = new Map<string, Set<string>>();
  /** Names of sensors by their nodes. */
  readonly #names = new Map<string, Set<string>>();

  /** @param prefix where discoveries are announced; Home Assistant's own default is `homeassistant`. */
  constructor(prefix = 'homeassistant') {
    this.#prefix = prefix;
    this.filters = [`${prefix}/+/+/config`, `${prefix}/+/+/+/config`];
  }

  take(message: FormatMessage): FormatOutcome {
    const isDiscovery = message.topic.startsWith(`${this.#prefix}/`) && message.topic.endsWith('/config');
    return isDiscovery ? this.#announce(message) : this.#state(message);
  }

  #announce({ topic, payload }: FormatMessage): FormatOutcome {
    const about = discoveryTopic(topic);
    if (about === undefined) return refused('is no topic of a discovery');
    if (about.component !== 'sensor' && about.component !== 'binary_sensor') return ignored;
    if (payload === '') return this.#withdraw(topic);
    const config = jsonOf(payload);
    // Our own sensors are readings already.
    if (isOurs(config)) return ignored;
    const announcement = parseAnnouncement(about, config);
    if (typeof announcement === 'string') return refused(announcement);
    this.#withdraw(topic);
    if (this.#known.size >= formatLimits.announced) {
      return refused(`is one sensor more than the ${formatLimits.announced} that are taken`);
    }
    const { node, sensor: usual, ownName } = announcement;
    const taken = entryOf(this.#names, node);
    // The quantity, which rules know, unless another sensor of the device has it.
    const sensor = taken.has(usual) ? ownName : usual;
    taken.add(sensor);
    this.#known.set(topic, { announcement, sensor });
    const topics = topicsOf(announcement);
    for (const each of topics) entryOf(this.#byTopic, each).add(topic);
    return { kind: 'announced', node, sensor, topics };
  }

  #withdraw(topic: string): FormatOutcome {
    const known = this.#known.get(topic);
    if (known === undefined) return ignored;
    const { announcement, sensor } = known;
    this.#known.delete(topic);
    removeFrom(this.#names, announcement.node, sensor);
    for (const wanted of topicsOf(announcement)) removeFrom(this.#byTopic, wanted, topic);
    return { kind: 'withdrawn', node: announcement.node, sensor };
  }

  #state({ topic, payload }: FormatMessage): FormatOutcome {
    if (payload.length > formatLimits.payloadChars) return refused('is too long');
    const sensors = [...(this.#byTopic.get(topic) ?? [])].flatMap((each) => this.#known.get(each) ?? []);
    if (sensors.length === 0) return ignored;
    const readings = sensors.flatMap((each) => readingOf(each, topic, payload) ?? []);
    if (readings.length > 0) return { kind: 'readings', readings: readings.slice(0, formatLimits.readings) };
    const availability = sensors.flatMap((each) => availabilityIn(each, topic, payload))[0];
    if (availability !== undefined) return availability;
    const isState = sensors.some(({ announcement }) => announcement.stateTopic === topic);
    return isState && !isSilence(payload) ? refused('has no number where its template looks') : ignored;
  }
}

function readingOf(
  { announcement, sensor }: KnownSensor,
  topic: string,
  payload: string,
): DeviceReading | undefined {
  const { node, unit, stateTopic, template, binary } = announcement;
  if (stateTopic !== topic) return undefined;
  if (binary !== undefined) {
    const said = String(templateValue(template, payload));
    return said === binary.on || said === binary.off
      ? deviceReading(node, sensor, said === binary.on ? 1 : 0)
      : undefined;
  }
  const value = templateNumber(template, payload);
  return value === undefined ? undefined : deviceReading(node, sensor, value, unit);
}

function availabilityIn({ announcement }: KnownSensor, topic: string, payload: string): FormatOutcome[] {
  return announcement.availability.flatMap((each): FormatOutcome[] => {
    if (each.topic !== topic) return [];
    const said = String(templateValue(each.template, payload));
    const isOnline = said === each.online;
    return isOnline || said === each.offline
      ? [{ kind: 'availability', node: announcement.node, isOnline }]
      : [];
  });
}

/** Words by which devices say that they have nothing to say. */
function isSilence(payload: string): boolean {
  return ['', 'nan', 'unknown', 'unavailable', 'none', 'null'].includes(payload.trim().toLowerCase());
}

function topicsOf({ stateTopic, availability }: Announcement): string[] {
  return [stateTopic, ...availability.map(({ topic }) => topic)];
}

function isOurs(config: unknown): boolean {
  const origin = objectOf(fieldOf(objectOf(config) ?? {}, 'origin'));
  return origin !== undefined && fieldOf(origin, 'name') === ownOrigin;
}

function entryOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  const known = sets.get(key) ?? new Set();
  sets.set(key, known);
  return known;
}

function removeFrom(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set?.delete(value) === true && set.size === 0) sets.delete(key);
}
