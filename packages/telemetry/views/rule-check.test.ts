import { describe, expect, test } from 'vitest';
import { defaultRules } from '../core/index.ts';
import { checkRuleText, ruleMeaning, sensorsNamed } from './rule-check.ts';

describe('a rule while it is typed', () => {
  test('[TV14] is nothing, wrong at a place, or a rule with its meaning', () => {
    expect(checkRuleText('  ')).toEqual({ kind: 'empty' });
    expect(checkRuleText('temperature >')).toMatchObject({ kind: 'wrong', line: 1, column: 14 });
    expect(checkRuleText('hot danger: temperature > 30')).toMatchObject({
      kind: 'right',
      formatted: 'hot danger: temperature > 30',
      rule: { name: 'hot', severity: 'danger' },
    });
  });

  test('[TV15] is told in sentences', () => {
    const meaning = (text: string): string => {
      const check = checkRuleText(text);
      return check.kind === 'right' ? check.meaning : check.kind;
    };
    expect(meaning('temperature > 30 for 2m clear below 28 for 1m repeat every 10m')).toBe(
      'Fires when temperature is above 30 for 2 min without a break. Ends when it is below 28 for 60 s. Is said again every 10 min while it lasts.',
    );
    expect(meaning('edge-1/temperature rises by 2 within 10m only mon-fri 08:00-18:00')).toBe(
      'Fires when temperature of edge-1 goes up by more than 2 within 10 min. Ends when that is so no more. Holds only on Mon to Fri from 08:00 to 18:00.',
    );
    expect(meaning('* stale after 5m quiet sat,sun 00:00-24:00')).toContain('any sensor is silent for 5 min');
    expect(meaning('(light < 5 or humidity > 90 until 80) and temperature < 3')).toContain(
      '(light is below 5 or humidity is above 90, and from then until it has passed 80) and temperature is below 3',
    );
  });

  test('[TV15] each default rule has a meaning', () => {
    for (const rule of defaultRules) expect(ruleMeaning(rule)).toMatch(/^Fires when .+\. Ends when .+\.$/);
  });

  test('[TV14] says which sensors it looks at, each once', () => {
    const check = checkRuleText('a > 1 and (a < 5 or b > 2)');
    expect(check.kind === 'right' && sensorsNamed(check.rule)).toEqual([{ sensor: 'a' }, { sensor: 'b' }]);
  });
});
