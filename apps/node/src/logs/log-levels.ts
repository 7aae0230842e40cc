/** Which lines a node writes: one level for all, and others for single areas. `info,rooms=debug,cluster=warn`. */

/** The parts of a node that write lines, each with its field `area`. */
export const logAreas = [
  'node',
  'http',
  'broker',
  'rooms',
  'telemetry',
  'cluster',
  'names',
  'directory',
  'bridge',
  'traces',
] as const;
export type LogArea = (typeof logAreas)[number];

/** From much to nothing. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogLevels = Readonly<Record<LogArea, LogLevel>>;

export const defaultLogLevel: LogLevel = 'info';

/** Undefined when it is none. A level for all may stand anywhere, once; later words for an area win. */
export function parseLogLevels(text: string): LogLevels | undefined {
  let all: LogLevel | undefined;
  const single: Partial<Record<LogArea, LogLevel>> = {};
  for (const word of text.split(',').map((each) => each.trim())) {
    const [left = '', right, ...rest] = word.split('=');
    if (rest.length > 0) return undefined;
    if (right === undefined) {
      if (!isLevel(left) || all !== undefined) return undefined;
      all = left;
    } else {
      if (!isArea(left) || !isLevel(right)) return undefined;
      single[left] = right;
    }
  }
  const level = (area: LogArea): LogLevel => single[area] ?? all ?? defaultLogLevel;
  return Object.fromEntries(logAreas.map((area) => [area, level(area)])) as Record<LogArea, LogLevel>;
}

export function isLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text);
}

export function isArea(text: string): text is LogArea {
  return (logAreas as readonly string[]).includes(text);
}
