/** Which topics are bridged, and which of two states of a topic is the newer one. Pure. */
import { compareHlc, type Hlc, zeroHlc } from '@bothy/protocols';
import { type BridgedPublish, type NodeId, parseUserTopic, type RetainedVersion } from '@bothy/wire';
import { parsePresence } from '@bothy/wire/schemas';

const roots = /^(user|env|edge)\//;
/** As for clients: ours have up to four levels and 60 characters. */
const maxTopicChars = 256;
const maxTopicLevels = 16;

/** `$SYS` is each node's own, and so is whatever else may be there. */
export function isBridged(topic: string): boolean {
  return roots.test(topic);
}

/** Of what another node sends: it authorised the publish, but a topic that is none would harm this one. */
export function isBridgedTopic(topic: string): boolean {
  const fits = topic.length <= maxTopicChars && topic.split('/').length <= maxTopicLevels;
  return fits && isBridged(topic) && !/[#+\0]/.test(topic);
}

/** Negative when `one` is older. A total order, so that merging is the same in whatever sequence it is done. */
export function compareVersions(one: RetainedVersion, other: RetainedVersion): number {
  return (
    compareTexts(one.boot, other.boot) ||
    one.connection - other.connection ||
    compareHlc(one.stamp, other.stamp) ||
    compareTexts(one.origin, other.origin)
  );
}

/** A boot begins with its counter in digits of one width, so that boots compare as texts. */
function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

export interface SeenPresence {
  readonly boot: string;
  readonly connection: number;
  readonly online: boolean;
}

const decoder = new TextDecoder();

/** What a presence says; undefined for other topics, and for a text that is none. */
export function presenceIn({ topic, payload }: BridgedPublish): SeenPresence | undefined {
  if (payload.length === 0 || parseUserTopic(topic)?.kind !== 'presence') return undefined;
  const parsed = parsePresence(decoder.decode(payload));
  return parsed.ok ? parsed.value : undefined;
}

/** The version of what is published now, where `kept` was retained until now. */
export function versionOf(
  message: BridgedPublish,
  origin: NodeId,
  stamp: Hlc,
  kept: RetainedVersion | undefined,
): RetainedVersion {
  const { boot, connection } = presenceIn(message) ?? kept ?? { boot: '', connection: 0 };
  return { boot, connection, stamp, origin };
}

/** Of what was retained before the node had a bridge. */
export function firstVersion(message: BridgedPublish, origin: NodeId): RetainedVersion {
  return versionOf(message, origin, zeroHlc, undefined);
}
