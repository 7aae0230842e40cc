/** `npm run bench -- --rounds 40`. */
import { parseArgs } from 'node:util';

/** The issue asks for at least 15 pairs; with so many the intervals are narrow enough to judge the aims. */
const usualRounds = 25;

/** Pairs to measure. Throws a sentence on anything else than a whole number from 1. */
export function roundsOption(args: readonly string[]): number {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string' } } });
  const rounds = Number(values.rounds ?? usualRounds);
  if (Number.isInteger(rounds) && rounds > 0) return rounds;
  throw new Error(`--rounds is ${values.rounds}; it must be a whole number from 1.`);
}
