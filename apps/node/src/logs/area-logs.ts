/** The one place where a node's lines are made: a logger for each area, at its own level. */
import { type DestinationStream, type Logger, pino, destination as standardOutput } from 'pino';
import { type LogArea, type LogLevels, logAreas } from './log-levels.ts';

export type AreaLogs = Readonly<Record<LogArea, Logger>>;

/** No line is to hold one of these; if one ever does, it does not reach the disk. */
const neverLogged = ['body', 'token', 'password', 'secret', 'proof', 'authorization'];

export function openLogs(
  node: string,
  levels: LogLevels,
  destination: DestinationStream | undefined,
): AreaLogs {
  const root = pino(
    {
      // The node's own name in each line: logs of several nodes are read as one.
      base: { node },
      level: 'debug',
      redact: { paths: neverLogged.flatMap((field) => [field, `*.${field}`]), censor: '…' },
    },
    destination ?? standardOutput(1),
  );
  const log = (area: LogArea): Logger => root.child({ area }, { level: levels[area] });
  return Object.fromEntries(logAreas.map((area) => [area, log(area)])) as Record<LogArea, Logger>;
}
