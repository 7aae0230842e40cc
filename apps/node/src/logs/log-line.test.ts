import { expect, test } from 'vitest';
import { isChosen, parseLogLine, prettyLine } from './log-line.ts';

const text =
  '{"level":40,"time":1700000000123,"node":"n1","area":"cluster","other":"n2","ms":1.5,"msg":"node n2 is down"}';
const line = (more: object = {}) => {
  const parsed = parseLogLine(JSON.stringify({ ...JSON.parse(text), ...more }));
  if (parsed === undefined) throw new Error('not parsed');
  return parsed;
};

test('a line for people: when, how bad, where, what, about what', () => {
  const plain = prettyLine(line(), { colour: false, day: true });
  expect(plain).toMatch(
    /^2023-11-1[45] \d\d:\d\d:20\.123 warn {2}cluster {2}node n2 is down {2}other=n2 ms=1\.5$/,
  );
  expect(prettyLine(line(), { colour: false, day: false })).toMatch(/^\d\d:\d\d:20\.123 warn/);
  expect(prettyLine(line(), { colour: true, day: false })).toContain('\u001b[33mwarn');
});

test('what strangers sent cannot move the cursor, clear the screen or turn the text around', () => {
  const evil = '\u001b[2J\u009b1A\u202eabc\r\n';
  const shown = prettyLine(line({ msg: evil, client: evil, deep: { evil } }), { colour: false, day: false });
  expect(shown).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(shown).toContain('abc');
});

test('what is no line of a log', () => {
  for (const wrong of ['', '{', '"x"', '7', 'null', '{}', '{"level":"info","time":1}', text.slice(0, 50)])
    expect(parseLogLine(wrong)).toBeUndefined();
});

test('chosen by level, area and time', () => {
  expect(isChosen(line(), {})).toBe(true);
  expect(isChosen(line(), { level: 'warn', areas: ['cluster', 'http'], sinceMs: 1_700_000_000_123 })).toBe(
    true,
  );
  expect(isChosen(line(), { level: 'error' })).toBe(false);
  expect(isChosen(line(), { areas: ['http'] })).toBe(false);
  expect(isChosen(line(), { sinceMs: 1_700_000_000_124 })).toBe(false);
});
