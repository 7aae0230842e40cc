/**
 * Ids and names. A person's or device's id is the fingerprint of an Ed25519
 * key: the first bytes of its SHA-256 as lower-case base32 (design, section 5).
 */

/** 20 bytes of SHA-256 over the person's raw public key: 32 characters. */
export type PersonId = string;
/** 10 bytes of SHA-256 over the device's raw public key: 16 characters. */
export type DeviceId = string;
/** What others type and see. */
export type Name = string;

export const namePattern = /^[a-z0-9][a-z0-9._-]{1,31}$/;
export const personIdPattern = /^[a-z2-7]{32}$/;
export const deviceIdPattern = /^[a-z2-7]{16}$/;

/** One device of one person; the unit that logs, links and envelopes are addressed to. */
export interface DeviceAddress {
  readonly person: PersonId;
  readonly device: DeviceId;
}

/** The MQTT client id of a device, and its key in maps and version vectors. */
export function deviceKey(address: DeviceAddress): string {
  return `${address.person}/${address.device}`;
}

/** The inverse of `deviceKey`; undefined when the text is not one. */
export function parseDeviceKey(text: string): DeviceAddress | undefined {
  const [person, device, rest] = text.split('/');
  if (person === undefined || device === undefined || rest !== undefined) return undefined;
  if (!personIdPattern.test(person) || !deviceIdPattern.test(device)) return undefined;
  return { person, device };
}

/** The conversation of exactly two persons: the same id on both sides, without asking anyone. */
export function directConversationId(one: PersonId, other: PersonId): string {
  return one < other ? `d:${one}:${other}` : `d:${other}:${one}`;
}

/**
 * A boot: a counter that the device keeps durably, then random characters. The
 * counter tells an older boot from a newer one without a clock; the random part
 * makes two boots of a device restored from a backup differ.
 */
export type Boot = string;
export const bootPattern = /^[0-9a-z]{8}\.[a-z2-7]{13}$/;

export function formatBoot(counter: number, randomText: string): Boot {
  return `${counter.toString(36).padStart(8, '0')}.${randomText}`;
}

/** The counter of a boot. Greater means later. */
export function bootCounter(boot: Boot): number {
  return Number.parseInt(boot.slice(0, 8), 36);
}
