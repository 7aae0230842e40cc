/** What reads a node's log, without the node. */

export { type LogArea, type LogLevel, logAreas, logLevels } from './log-levels.ts';
export {
  isChosen,
  type LineLook,
  type LogChoice,
  type LogLine,
  parseLogLine,
  prettyLine,
} from './log-line.ts';
export { type ReadLogOptions, readLog } from './read-log.ts';
