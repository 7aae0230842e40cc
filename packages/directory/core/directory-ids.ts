/** How directories are called. Of two as large the lower id stays, so it begins with when its directory was founded. */
import type { Random } from '@bothy/protocols';

const letters = 'abcdefghijklmnopqrstuvwxyz234567';
/** What `wire` takes for an id. */
const mostLetters = 64;
/** What tells two apart that were forced from the same one. */
const forcedLetters = 6;

/** Letters of five bits each, for whatever has to be unlike all others. */
export function randomLetters(random: Random, count: number): string {
  return Array.from({ length: count }, () => letters[random.below(32)]).join('');
}

/** The earlier one is lower, as far as clocks are right: seven digits of the second, to base 36, and two of its millisecond. */
export function foundedId(random: Random, wallMs: number): string {
  const ms = Math.max(0, Math.floor(wallMs));
  const second = Math.floor(ms / 1_000)
    .toString(36)
    .padStart(7, '0')
    .slice(-7);
  return `${second}${(ms % 1_000).toString(32).padStart(2, '0')}${randomLetters(random, 6)}`;
}

/** Of one that an operator forces to be, in the place of `lost`: `replaces` in rank.ts tells by it. */
export function forcedId(random: Random, lost: string, wallMs: number): string {
  if (lost.length + 1 + forcedLetters > mostLetters) return foundedId(random, wallMs);
  return `${lost}-${randomLetters(random, forcedLetters)}`;
}
