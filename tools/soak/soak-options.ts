/** The words after `npm run soak --`. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BothyError } from '@bothy/wire';

export interface SoakOptions {
  /** One scenario by its name; every scenario when undefined. */
  readonly scenario: string | undefined;
  /** Run this seed alone, and show its trace. */
  readonly seed: string | undefined;
  /** Seeds per scenario. Undefined with `minutes`: as many as fit. */
  readonly seeds: number | undefined;
  /** The first seed. */
  readonly from: number;
  readonly minutes: number | undefined;
  /** Threads. @default as many as there are processors */
  readonly workers: number;
  /** Each seed once: twice as many, and nothing is said of their traces being the same. */
  readonly once: boolean;
}

export const soakUsage =
  'npm run soak -- [--scenario NAME] (--seed S | --seeds N [--from K] | --minutes M [--from K]) [--workers N] [--once]';

const defaultSeeds = 100;

/** Throws `configuration_invalid`. */
export function parseSoakOptions(args: readonly string[]): SoakOptions {
  const values = readWords(args);
  const minutes = numberOf('minutes', values.minutes, 0.01);
  const seeds = numberOf('seeds', values.seeds, 1);
  return {
    scenario: values.scenario,
    seed: values.seed,
    seeds: seeds ?? (minutes === undefined ? defaultSeeds : undefined),
    from: numberOf('from', values.from, 0) ?? 1,
    minutes,
    workers: numberOf('workers', values.workers, 1) ?? availableParallelism(),
    once: values.once ?? false,
  };
}

function readWords(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const once = { type: 'boolean' } as const;
  const options = { scenario: text, seed: text, seeds: text, from: text, minutes: text, workers: text, once };
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (cause) {
    throw new BothyError('configuration_invalid', `Write it like this: ${soakUsage}`, { cause });
  }
}

function numberOf(name: string, word: string | undefined, least: number): number | undefined {
  if (word === undefined) return undefined;
  const value = Number(word);
  const isWhole = name === 'minutes' || Number.isSafeInteger(value);
  if (Number.isFinite(value) && isWhole && value >= least) return value;
  throw new BothyError('configuration_invalid', `--${name} takes a number from ${least}, not "${word}".`);
}
