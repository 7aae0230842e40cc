import { expect, test } from 'vitest';
import { parseRule } from '../core/index.ts';
import { severityAt, thresholdsOf } from './thresholds.ts';

function rule(text: string) {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(parsed.error.sentence);
  return parsed.rule;
}

const rules = [
  rule('hot danger: temperature > 30 clear below 28'),
  rule('cold warning: temperature < 5'),
  rule('other danger: edge-2/temperature > 20'),
  rule('both info: temperature > 25 and humidity > 80'),
  rule('any info: * stale after 5m'),
];

test('[TV6] a sensor has the limits of every rule that looks at it, in groups too', () => {
  expect(thresholdsOf(rules, 'edge-1', 'temperature')).toEqual([
    { rule: 'hot', severity: 'danger', limit: 30, until: 28, side: 'above' },
    { rule: 'cold', severity: 'warning', limit: 5, side: 'below' },
    { rule: 'both', severity: 'info', limit: 25, side: 'above' },
  ]);
  expect(thresholdsOf(rules, 'edge-2', 'temperature').map(({ rule: name }) => name)).toContain('other');
  expect(thresholdsOf(rules, 'edge-1', 'light')).toEqual([]);
});

test('[TV6] the worst limit that a value is beyond colours it', () => {
  const limits = thresholdsOf(rules, 'edge-1', 'temperature');
  expect([31, 26, 20, 4].map((value) => severityAt(value, limits))).toEqual([
    'danger',
    'info',
    undefined,
    'warning',
  ]);
});
