/**
 * A hash of texts that is the same everywhere and spreads well: MurmurHash3's 32-bit form (Austin Appleby, 2011, public
 * domain), over the text's UTF-16 code units as two bytes each, the lower first. Not for anything that an adversary
 * chooses: whoever picks keys can make them collide.
 */

const first = 0xcc9e2d51;
const second = 0x1b873593;

/** From 0 to 2^32 - 1. Other seeds give independent hashes. */
export function keyHash(text: string, seed = 0): number {
  let hash = seed | 0;
  const pairs = text.length >> 1;
  for (let at = 0; at < pairs; at += 1) {
    const block = text.charCodeAt(2 * at) | (text.charCodeAt(2 * at + 1) << 16);
    hash ^= scrambled(block);
    hash = Math.imul(rotated(hash, 13), 5) + 0xe6546b64;
  }
  if (text.length % 2 === 1) hash ^= scrambled(text.charCodeAt(text.length - 1));
  return finished(hash ^ (2 * text.length));
}

function scrambled(block: number): number {
  return Math.imul(rotated(Math.imul(block, first), 15), second);
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Every bit of the input changes every bit of the result with one half's probability. */
function finished(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
