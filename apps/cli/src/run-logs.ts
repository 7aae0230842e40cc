/** `bothy logs`: shows a node's log to people, or gives its lines to other programs. */
import { parseConfig } from '@bothy/node/config';
import {
  isChosen,
  type LogArea,
  type LogChoice,
  type LogLevel,
  logAreas,
  logLevels,
  parseLogLine,
  prettyLine,
  readLog,
} from '@bothy/node/logs';
import { BothyError } from '@bothy/wire';

export interface LogsFlags {
  readonly data?: string;
  readonly level?: string;
  readonly area?: string;
  readonly since?: string;
  readonly follow?: true;
  readonly json?: true;
}

export interface LogsOptions {
  readonly print: (line: string) => void;
  readonly colour: boolean;
  readonly wallMs: () => number;
  /** Ends following. */
  readonly signal: AbortSignal;
}

export async function runLogs(flags: LogsFlags, options: LogsOptions): Promise<void> {
  const { print, colour, wallMs, signal } = options;
  const { data: folder } = parseConfig({ data: flags.data }, process.env);
  const choice = logChoice(flags, wallMs());
  const isWhole = choice.level === undefined && choice.areas === undefined && choice.sinceMs === undefined;
  for await (const text of readLog({ folder, follow: flags.follow === true, signal })) {
    const line = parseLogLine(text);
    // A piece of a line is shown where nothing is chosen, for it may say what happened last.
    if (line === undefined ? !isWhole : !isChosen(line, choice)) continue;
    print(flags.json === true || line === undefined ? text : prettyLine(line, { colour, day: true }));
  }
}

/** Throws `configuration_invalid`. */
export function logChoice({ level, area, since }: LogsFlags, nowMs: number): LogChoice {
  const areas = area?.split(',').map((each) => oneOf('area', logAreas, each.trim()));
  return {
    level: level === undefined ? undefined : oneOf<LogLevel>('level', logLevels, level),
    areas: areas as readonly LogArea[] | undefined,
    sinceMs: since === undefined ? undefined : nowMs - durationMs(since),
  };
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationMs(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  if (count !== undefined && unitMs !== undefined) return Number(count) * unitMs;
  const wanted = 'a time such as 30s, 10m, 2h or 1d';
  throw new BothyError('configuration_invalid', `--since is "${text.slice(0, 80)}"; it must be ${wanted}.`);
}

function oneOf<Word extends string>(flag: string, words: readonly Word[], text: string): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const sentence = `--${flag} is "${text.slice(0, 80)}"; it must be one of ${words.join(', ')}.`;
  throw new BothyError('configuration_invalid', sentence);
}
