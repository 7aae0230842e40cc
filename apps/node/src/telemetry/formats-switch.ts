/** Formats of devices that are switched on: which topics are theirs, for the broker's access rules and for the intake. */

import { topicMatches } from '@bothy/telemetry/drivers/mqtt/topic-filter';
import { type DeviceFormat, type DeviceFormatName, openFormat } from '@bothy/telemetry/formats';

/** Roots that are ours, whatever a device announces. */
const ownRoots: ReadonlySet<string> = new Set(['user', 'env', 'edge']);
/** Of topics that Home Assistant's discovery names. Each costs a subscription. */
const mostRoots = 100;
/** What the programs around these formats use beside the topics with values: commands, results, births. */
const furtherRoots: Readonly<Record<DeviceFormatName, readonly string[]>> = {
  homeassistant: ['homeassistant'],
  tasmota: ['tele', 'stat', 'cmnd', 'tasmota'],
  zigbee2mqtt: ['zigbee2mqtt'],
  esphome: ['esphome'],
  airgradient: ['airgradient'],
  senml: ['senml'],
};

export class FormatsSwitch {
  readonly formats: readonly DeviceFormat[];
  readonly filters: readonly string[];
  readonly #roots: Set<string>;
  readonly #openFilters: readonly string[];

  constructor(names: readonly DeviceFormatName[]) {
    // What was announced is asked last: a format that knows a topic by itself says more of it.
    const order = [...names].sort((a, b) => Number(a === 'homeassistant') - Number(b === 'homeassistant'));
    this.formats = order.map((name) => openFormat(name));
    this.filters = this.formats.flatMap(({ filters }) => filters);
    this.#roots = new Set(names.flatMap((name) => furtherRoots[name]));
    this.#openFilters = this.filters.filter((filter) => filter.startsWith('+'));
  }

  get isOff(): boolean {
    return this.formats.length === 0;
  }

  /** Whether devices of these formats, and programs that command them, speak on this topic. */
  isDeviceTopic(topic: string): boolean {
    const root = rootOf(topic);
    if (ownRoots.has(root) || root.startsWith('$')) return false;
    return this.#roots.has(root) || this.#openFilters.some((filter) => topicMatches(filter, topic));
  }

  /** A topic that was announced. `new`: everything below its root is to be subscribed to. */
  admit(topic: string): 'known' | 'new' | 'refused' {
    const root = rootOf(topic);
    if (ownRoots.has(root) || root.startsWith('$') || root === '') return 'refused';
    if (this.#roots.has(root)) return 'known';
    if (this.#roots.size >= mostRoots) return 'refused';
    this.#roots.add(root);
    return 'new';
  }

  /**
   * Formats to be asked about what this topic carries: those whose topic it is by its form. Each takes such topics for
   * granted, and would find something in what others say. Home Assistant's is always one, for any topic may be announced.
   */
  formatsOf(topic: string): readonly DeviceFormat[] {
    return this.formats.filter(
      ({ name, filters }) =>
        name === 'homeassistant' || filters.some((filter) => topicMatches(filter, topic)),
    );
  }

  /** Whether a format wants it from the beginning, so that it comes without a further subscription. */
  isWanted(topic: string): boolean {
    return this.filters.some((filter) => topicMatches(filter, topic));
  }
}

export function rootOf(topic: string): string {
  const end = topic.indexOf('/');
  return end < 0 ? topic : topic.slice(0, end);
}
