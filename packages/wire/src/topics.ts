/** MQTT topics (design, section 4). The only place where topic strings are put together or taken apart. */
import { type DeviceId, deviceIdPattern, type Name, namePattern } from './ids.ts';

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
} as const;

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
