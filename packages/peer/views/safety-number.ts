/**
 * The safety number of two persons: the same on both screens, so that they can
 * compare it aloud. It is made of both ids, which are fingerprints of the keys.
 */
import type { PersonId } from '@bothy/wire';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
/** 30 digits hold 99 bits: as much per person as Signal's safety numbers. */
const digitsPerPerson = 30;

/** Twelve groups of five digits. */
export function safetyNumber(one: PersonId, other: PersonId): string {
  const both = [one, other].sort().map(digits).join('');
  return (both.match(/.{5}/g) ?? []).join(' ');
}

function digits(person: PersonId): string {
  let value = 0n;
  for (const character of person) value = value * 32n + BigInt(Math.max(0, alphabet.indexOf(character)));
  return (value % 10n ** BigInt(digitsPerPerson)).toString().padStart(digitsPerPerson, '0');
}
