/** The lines that an edge writes: JSON for collectors, or plain for a person at a terminal. */
import { type DestinationStream, type Logger, pino } from 'pino';
import type { EdgeSetup } from './config/index.ts';

export type EdgeLog = Logger;

/** No line is to hold one of these; if one ever does, it does not get out. */
const neverLogged = ['password', 'secret', 'username', 'authorization'];

export function openEdgeLog(
  setup: Pick<EdgeSetup, 'id' | 'logLevel'>,
  destination: DestinationStream,
): EdgeLog {
  const options = {
    base: { node: setup.id },
    level: setup.logLevel,
    redact: { paths: neverLogged.flatMap((field) => [field, `*.${field}`]), censor: '…' },
  };
  return pino(options, destination);
}

interface LogLine {
  readonly time: number;
  readonly level: number;
  readonly msg: string;
}

/** `09:30:00 warn  the broker cannot be used … (broker=mqtt://…)`. */
export function readableLine(json: string): string {
  const { time, level, msg, node: _, ...fields } = JSON.parse(json) as LogLine & Record<string, unknown>;
  const clock = new Date(time).toTimeString().slice(0, 8);
  const name = level >= 50 ? 'error' : level >= 40 ? 'warn ' : level >= 30 ? 'info ' : 'debug';
  const more = Object.entries(fields).map(
    ([field, value]) => `${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${clock} ${name} ${msg}${more.length === 0 ? '' : ` (${more.join(', ')})`}\n`;
}
