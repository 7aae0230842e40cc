import { type Rule, weekdays } from '@bothy/wire';
import { checkRule, checkRules } from '@bothy/wire/schemas';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currentEventType, defaultRules } from './default-rules.ts';
import { formatRule } from './format-rule.ts';
import { parseRule } from './parse-rule.ts';

function rule(text: string): Rule {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.sentence}`);
  return parsed.rule;
}

test('[TLG1] the short form is read as what it says', () => {
  expect(rule('temperature > 30 for 2m clear below 28 for 1m')).toEqual({
    name: 'temperature_alert_high',
    severity: 'warning',
    when: { kind: 'threshold', sensor: 'temperature', is: '>', limit: 30, until: 28 },
    forMs: 120_000,
    clearForMs: 60_000,
  });
  const long =
    'frost danger: (edge-1/temperature < -2.5 until 0 and edge-1/"2nd" falls by 3 within 1h30m) or edge-2/door ' +
    'stale after 90s for 5s clear for 10s repeat every 10m only mon-fri 08:00-18:00 quiet daily 22:00-06:00';
  expect(rule(long)).toEqual({
    name: 'frost',
    severity: 'danger',
    when: {
      kind: 'any',
      of: [
        {
          kind: 'all',
          of: [
            { kind: 'threshold', node: 'edge-1', sensor: 'temperature', is: '<', limit: -2.5, until: 0 },
            {
              kind: 'change',
              node: 'edge-1',
              sensor: '2nd',
              direction: 'falls',
              by: 3,
              withinMs: 5_400_000,
            },
          ],
        },
        { kind: 'stale', node: 'edge-2', sensor: 'door', afterMs: 90_000 },
      ],
    },
    forMs: 5_000,
    clearForMs: 10_000,
    repeatMs: 600_000,
    only: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' },
    quiet: { days: weekdays, from: '22:00', to: '06:00' },
  });
  expect(rule('* anomalous by stuck,gap').when).toEqual({
    kind: 'anomaly',
    sensor: '*',
    by: ['stuck', 'gap'],
  });
});

describe('[TLG2] what cannot be read is refused at its place, with what should be there', () => {
  test.each([
    ['', 0, 0, /name of a sensor.*the rule ends/],
    ['temperature', 11, 0, />, >=.*the rule ends/],
    ['temperature > hot', 14, 3, /a number like 30.*"hot"/],
    ['temperature > 30 for 2', 21, 1, /time like 90s.*"2"/],
    ['temperature > 30 for 0s', 21, 2, /from 1ms/],
    ['temperature > 30 fro 2m', 17, 3, /goes on with "and".*"fro"/],
    ['temperature > 30 clear above 28', 23, 5, /clears below/],
    ['temperature > 30 clear below 31', 29, 2, /cannot clear above/],
    ['a < 3 until 2', 12, 1, /cannot clear below/],
    ['a > 1 and b > 1 clear below 0', 22, 5, /until 0/],
    ['a > 1 and b > 1 or c > 1', 16, 2, /brackets/],
    ['(a > 1', 6, 0, /close a bracket/],
    ['a > 1 and edge/b > 1', 0, 20, /every sensor or of none/],
    ['a > 1 ; b', 6, 1, /no word, number or sign/],
    ['"a > 1', 0, 2, /no partner/],
    ['"a b" > 1', 0, 5, /A name has/],
    ['clear > 1', 0, 5, /name of a sensor/],
    ['a rises 2 within 1m', 8, 1, /"by"/],
    ['a rises by -2 within 1m', 11, 2, /not below 0/],
    ['a anomalous by magic', 15, 5, /one of outlier/],
    ['a anomalous by gap,gap', 19, 3, /twice/],
    ['a > 1 only mon 25:00-26:00', 15, 11, /25:00/],
    ['a > 1 only mon 08:00-08:00', 11, 15, /begin when they end/],
    ['a > 1 only someday 08:00-09:00', 11, 7, /come days/],
    ['n urgent: a > 1', 2, 6, /info, warning, danger/],
    ['a > 1e99', 4, 4, /at most/],
    ['((((a > 1))))', 3, 1, /nest 4 deep/],
  ])('%s', (text, offset, length, sentence) => {
    const parsed = parseRule(text);
    expect(parsed).toMatchObject({ ok: false, error: { offset, length, line: 1, column: offset + 1 } });
    expect(parsed.ok ? '' : parsed.error.sentence).toMatch(sentence);
  });

  test('line and column of longer texts', () => {
    expect(parseRule('a > 1\n  for ever')).toMatchObject({ error: { line: 2, column: 7, length: 4 } });
  });
});

test('[TLG2] any text is read or refused at a place within it', () => {
  const words = fc.constantFrom(
    ...'a > 30 for 2m clear below ( ) and or until " / * : only mon 08:00-09:00'.split(' '),
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 20 }).map((list) => list.join(' ')),
  );
  fc.assert(
    fc.property(text, (each) => {
      const parsed = parseRule(each);
      if (parsed.ok) return void expect(parseRule(formatRule(parsed.rule))).toEqual(parsed);
      const { offset, length, sentence } = parsed.error;
      expect(offset >= 0 && offset + length <= each.length).toBe(true);
      expect(sentence).toMatch(/^[A-Z0-9"].*[.]$/s);
    }),
    { seed: 5, numRuns: 1_000 },
  );
});

test('[TLG4] the default rules are those of the design', () => {
  const limits = defaultRules.map(({ name: each, when }) => [each, when.kind === 'threshold' && when.limit]);
  expect(Object.fromEntries(limits)).toEqual({
    temperature_alert_high: 30,
    temperature_alert_low: 15,
    humidity_alert_high: 80,
    humidity_alert_low: 40,
    light_low: 100,
    airquality_warning: 1000,
  });
  expect(currentEventType('temperature_alert')).toBe('temperature_alert_high');
});

test('[TLG5] data that is no rule is refused with a sentence', () => {
  const good = rule('temperature > 30 until 28');
  const wrong: readonly unknown[] = [
    null,
    7,
    { ...good, forMs: -1 },
    { ...good, froMs: 5 },
    { ...good, when: { ...good.when, until: 40 } },
    { ...good, when: { ...good.when, limit: '30' } },
    { ...good, when: { kind: 'all', of: [good.when] } },
    { ...good, only: { days: ['tue', 'mon'], from: '08:00', to: '09:00' } },
  ];
  for (const each of wrong)
    expect(checkRule(each)).toMatchObject({ ok: false, reason: expect.stringMatching(/\.$/) });
  const again = checkRules([good, good]);
  expect(again.ok ? '' : again.reason).toMatch(/two rules of the name temperature_alert_high/);
  expect(checkRules([good, { ...good, name: 'b' }, 7])).toMatchObject({
    reason: expect.stringMatching(/^Rule 3: /),
  });
  const round: { kind: string; of: unknown[] } = { kind: 'all', of: [] };
  round.of.push(round, round);
  expect(checkRule({ ...good, when: round })).toMatchObject({ ok: false });
});
