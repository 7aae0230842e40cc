/** Makes a status fit: what helps least goes first, for one that is too large is refused whole. Rule TO14 in SPEC.md. */
import { type EdgeStatus, edgeLimits, utf8Bytes } from '@bothy/wire';

type Shorter = (status: EdgeStatus) => EdgeStatus;

/** Room for the last digits of what grows. */
const mostBytes = edgeLimits.statusBytes - 256;

const steps: readonly Shorter[] = [
  ({ sensors = [], ...rest }) => ({
    ...rest,
    sensors: sensors.map(({ sentence, ...sensor }) => ({
      ...sensor,
      ...(sentence === undefined ? {} : { sentence: sentence.slice(0, 60) }),
    })),
  }),
  ({ boots = [], ...rest }) => ({ ...rest, boots: fewer(boots, 4) }),
  ({ firing: _, ...rest }) => rest,
  ({ boots = [], ...rest }) => ({ ...rest, boots: fewer(boots, 2) }),
  ({ sensors: _, ...rest }) => rest,
  ({ boots = [], ...rest }) => ({ ...rest, boots: boots.slice(-1) }),
];

/** The oldest starts, whose readings are sent next, and the present one, which is the last. */
function fewer<T>(boots: readonly T[], most: number): readonly T[] {
  return boots.length <= most ? boots : [...boots.slice(0, most - 1), ...boots.slice(-1)];
}

/** As JSON. */
export function fittingStatus(status: EdgeStatus): string {
  let text = JSON.stringify(status);
  let current = status;
  for (const shorten of steps) {
    if (text.length * 3 <= mostBytes || utf8Bytes(text) <= mostBytes) return text;
    current = shorten(current);
    text = JSON.stringify(current);
  }
  return text;
}
