/** `npm run bench -- --rounds 40 --minutes 20`: every bench knows the flags of all. */
import { parseArgs } from 'node:util';

/** The issue asks for at least 15 pairs; with so many the intervals are narrow enough to judge the aims. */
const usualRounds = 25;
const usualMinutes = 10;

/** Pairs to measure. Throws a sentence on anything else than a whole number from 1. */
export function roundsOption(args: readonly string[]): number {
  return whole('rounds', args, usualRounds);
}

/** How long, about, a bench with a time limit may take; then it makes do with fewer pairs. Throws as `roundsOption`. */
export function minutesOption(args: readonly string[], usual = usualMinutes): number {
  return whole('minutes', args, usual);
}

function whole(name: 'rounds' | 'minutes', args: readonly string[], usual: number): number {
  const options = { rounds: { type: 'string' }, minutes: { type: 'string' } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const value = Number(values[name] ?? usual);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} is ${values[name]}; it must be a whole number from 1.`);
}
