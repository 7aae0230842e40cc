/** Lines of a node's log: read, chosen, and shown to people. */
import { styleText } from 'node:util';
import * as z from 'zod/mini';
import type { LogArea, LogLevel } from './log-levels.ts';

const schema = z.looseObject({
  level: z.number(),
  /** Unix milliseconds. */
  time: z.number(),
  node: z.optional(z.string()),
  area: z.optional(z.string()),
  msg: z.optional(z.string()),
});
export type LogLine = z.infer<typeof schema>;

/** Undefined when the text is no line of a log: a node that was killed may have left a piece of one. */
export function parseLogLine(text: string): LogLine | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Pino's numbers. */
const levelNumbers: Readonly<Record<LogLevel, number>> = {
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  silent: 70,
};

export interface LogChoice {
  /** This level and what is worse. @default all */
  readonly level?: LogLevel | undefined;
  /** @default all */
  readonly areas?: readonly LogArea[] | undefined;
  /** Unix milliseconds; earlier lines are left out. */
  readonly sinceMs?: number | undefined;
}

export function isChosen(line: LogLine, { level = 'debug', areas, sinceMs = 0 }: LogChoice): boolean {
  if (line.level < levelNumbers[level] || line.time < sinceMs) return false;
  return areas === undefined || (areas as readonly (string | undefined)[]).includes(line.area);
}

export interface LineLook {
  readonly colour: boolean;
  /** Whether the day stands before the time. */
  readonly day: boolean;
}

/** `2026-11-25 17:20:01.123 warn  cluster  node n2 is down  other=n2`, in local time. */
export function prettyLine(line: LogLine, { colour, day }: LineLook): string {
  const { level, time, node: _node, area = '', msg = '', ...fields } = line;
  const paint = (format: 'dim' | 'yellow' | 'red', text: string): string =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const word = levelWord(level).padEnd(5);
  const levelText =
    level >= levelNumbers.error
      ? paint('red', word)
      : level >= levelNumbers.warn
        ? paint('yellow', word)
        : word;
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`);
  const tail = rest.length === 0 ? '' : `  ${paint('dim', rest.join(' '))}`;
  return `${paint('dim', timeText(time, day))} ${levelText} ${area.padEnd(7)}  ${harmless(msg)}${tail}`;
}

function levelWord(level: number): string {
  const found = Object.entries(levelNumbers).find(([, number]) => number === level);
  return found?.[0] ?? String(level);
}

function timeText(ms: number, day: boolean): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return String(ms);
  const local = new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, -1).replace('T', ' ');
  return day ? local : local.slice(11);
}

/** Plain where it is one word, as JSON otherwise. */
function shown(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@~-]+$/.test(value)
    ? value
    : harmless(JSON.stringify(value) ?? '');
}

/** Names and topics are what strangers sent: nothing in them may move the cursor or turn the text around. */
function harmless(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '·');
}
