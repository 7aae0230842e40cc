/** Alarms as lists show them, and what is said of those, and of edges, that are not there. */
import { type Alarm, BothyError } from '@bothy/wire';

export function newestFirst(alarms: readonly Alarm[]): readonly Alarm[] {
  return [...alarms].sort((one, other) => other.lastMs - one.lastMs || (one.id < other.id ? -1 : 1));
}

export function noEdge(edge: string): BothyError {
  return new BothyError('not_found', `No edge or device ${edge} was ever heard here.`);
}

export function noAlarm(id: string): BothyError {
  return new BothyError(
    'not_found',
    `There is no alarm ${id.slice(0, 200)}; it may have been taken out with its edge.`,
  );
}
