/** Conditions of the text form: groups, sensors and their tests. */
import {
  type AnomalyCheck,
  anomalyChecks,
  type Condition,
  changeDirections,
  comparisons,
  hysteresisProblem,
  type LeafCondition,
  ruleLimits,
  type SensorReference,
} from '@bothy/wire';
import { RuleSyntaxError } from './rule-tokens.ts';
import type { TokenReader } from './token-reader.ts';

/** Brackets keep their group, so that data and text are the same tree. */
export function parseCondition(reader: TokenReader, depth = 1): Condition {
  const of = [parsePart(reader, depth)];
  const joint = ['and', 'or'].find((word) => reader.isNext(word));
  const [first] = of;
  if (joint === undefined || first === undefined) return first as Condition;
  while (reader.takes(joint)) of.push(parsePart(reader, depth));
  if (reader.isNext('and') || reader.isNext('or')) {
    const sentence = 'Beside "and" and "or" stand brackets: "a and (b or c)", or "(a and b) or c".';
    throw new RuleSyntaxError(reader.peek(), sentence);
  }
  return { kind: joint === 'and' ? 'all' : 'any', of };
}

function parsePart(reader: TokenReader, depth: number): Condition {
  const bracket = reader.peek();
  if (!reader.takes('(')) return parseLeaf(reader);
  // Each bracket is a call of ours: bounded before it can be deep.
  if (depth >= ruleLimits.depth) {
    throw new RuleSyntaxError(bracket, `Conditions nest ${ruleLimits.depth} deep at most.`);
  }
  const inner = parseCondition(reader, depth + 1);
  reader.expect(')', 'to close a bracket');
  return inner;
}

function parseLeaf(reader: TokenReader): LeafCondition {
  const sensor = parseSensor(reader);
  const is = comparisons.find((sign) => reader.takes(sign));
  if (is !== undefined) {
    const limit = reader.number('the limit');
    if (!reader.takes('until')) return { kind: 'threshold', ...sensor, is, limit };
    const place = reader.peek();
    const until = reader.number('the value at which it clears');
    const leaf = { kind: 'threshold', ...sensor, is, limit, until } as const;
    const problem = hysteresisProblem(leaf);
    if (problem !== undefined) throw new RuleSyntaxError(place, problem);
    return leaf;
  }
  const direction = changeDirections.find((word) => reader.takes(word));
  if (direction !== undefined) {
    reader.expect('by', `and a number, as in "${direction} by 2 within 10m"`);
    const place = reader.peek();
    const by = reader.number('how much');
    if (by < 0) throw new RuleSyntaxError(place, 'How much is not below 0: "falls by 2" falls.');
    reader.expect('within', 'and a time, as in "within 10m"');
    return { kind: 'change', ...sensor, direction, by, withinMs: reader.durationMs('how fast') };
  }
  if (reader.takes('stale')) {
    reader.expect('after', 'and a time, as in "stale after 1m"');
    return { kind: 'stale', ...sensor, afterMs: reader.durationMs('how long nothing is heard') };
  }
  if (reader.takes('anomalous')) {
    return { kind: 'anomaly', ...sensor, ...(reader.takes('by') ? { by: parseChecks(reader) } : {}) };
  }
  throw reader.wrong(
    'Here comes what is asked of the sensor: >, >=, <, <=, rises, falls, changes, stale or anomalous',
  );
}

function parseSensor(reader: TokenReader): SensorReference {
  if (reader.takes('*')) return { sensor: '*' };
  const name = reader.name('the name of a sensor, "edge/sensor" or "*"');
  if (!reader.takes('/')) return { sensor: name };
  return { sensor: reader.name('the name of a sensor of this edge'), node: name };
}

function parseChecks(reader: TokenReader): readonly AnomalyCheck[] {
  const checks: AnomalyCheck[] = [];
  do {
    const place = reader.peek();
    const check = anomalyChecks.find((each) => reader.takes(each));
    if (check === undefined) throw reader.wrong(`Here comes one of ${anomalyChecks.join(', ')}`);
    if (checks.includes(check)) throw new RuleSyntaxError(place, `"${check}" is named twice.`);
    checks.push(check);
  } while (reader.takes(','));
  return checks;
}
