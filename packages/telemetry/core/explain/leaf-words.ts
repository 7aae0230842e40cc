/** One condition in words: what it asks and what it found. */
import type { LeafCondition, SensorReference } from '@bothy/wire';
import type { AnomalyScores } from '../anomalies/anomaly-detector.ts';
import { durationWords } from '../rules/duration.ts';
import type { LeafView, RuleState } from './rule-state.ts';

const signs = { '>': 'above', '>=': 'at least', '<': 'below', '<=': 'at most' } as const;

/** `above 30`, `silent for 2 min`: what has to be so. */
export function demand(condition: LeafCondition): string {
  switch (condition.kind) {
    case 'threshold':
      return `${signs[condition.is]} ${condition.limit}`;
    case 'change': {
      const { direction, by, withinMs } = condition;
      const way = { rises: 'up', falls: 'down', changes: 'up or down' }[direction];
      return `${way} by more than ${by} within ${durationWords(withinMs)}`;
    }
    case 'stale':
      return `silent for ${durationWords(condition.afterMs)}`;
    case 'anomaly':
      return condition.by === undefined ? 'anomalous' : `anomalous by ${condition.by.join(' or ')}`;
  }
}

/** `temperature of edge-1 is 31.2, above 30`. */
export function finding(state: RuleState, leaf: LeafView, monoMs: number): string {
  const { condition, value, heardMs } = leaf;
  const subject = nameOf(state, condition);
  if (condition.kind === 'stale') {
    const silence = durationWords(monoMs - (heardMs ?? monoMs));
    return value === null
      ? `${subject} was never heard, for ${silence}`
      : `${subject} was last heard ${silence} ago`;
  }
  if (value === null) return `no reading of ${subject} came since the start`;
  const asked = demand(condition);
  const shown = figure(value, condition);
  const until = condition.kind === 'threshold' ? condition.until : undefined;
  if (leaf.holds === true && until !== undefined && !isBeyond(condition, value)) {
    return `${subject} is ${shown}, was ${asked} and has not passed ${until} yet`;
  }
  const scores =
    condition.kind === 'anomaly' && state.scores !== null ? ` (${scoreWords(state.scores)})` : '';
  return `${subject} is ${shown}, ${leaf.holds === true ? '' : 'not '}${asked}${scores}`;
}

/** Behind the sixth digit stands what sums left, unless it is what a limit was passed by. */
function figure(value: number, condition: LeafCondition): number {
  const short = Number(value.toPrecision(6));
  return condition.kind === 'threshold' && short === condition.limit ? value : short;
}

function nameOf(state: RuleState, { sensor, node }: SensorReference): string {
  return `${sensor === '*' ? state.sensor : sensor} of ${node ?? state.node}`;
}

function isBeyond(condition: LeafCondition, value: number): boolean {
  if (condition.kind !== 'threshold') return false;
  const { is, limit } = condition;
  if (is.startsWith('>')) return is === '>' ? value > limit : value >= limit;
  return is === '<' ? value < limit : value <= limit;
}

function scoreWords(scores: AnomalyScores): string {
  const { outlierSigmas, jumpSigmas, driftSigmas, equalReadings } = scores;
  return [
    `${outlierSigmas.toFixed(1)} sigma from the last readings`,
    `stepped ${jumpSigmas.toFixed(1)} sigma`,
    `${driftSigmas.toFixed(1)} sigma from the usual over months`,
    `${equalReadings} equal in a row`,
  ].join(', ');
}
