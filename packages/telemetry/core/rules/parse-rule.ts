/**
 * The text form of rules. Rules TLG1… in SPEC.md.
 *
 *   rule      = [ name [ severity ] ":" ] condition
 *               [ "for" time ] [ "clear" [ ( "below" | "above" ) number ] [ "for" time ] ]
 *               [ "repeat" "every" time ] [ "only" hours ] [ "quiet" hours ]
 *   condition = part { "and" part } | part { "or" part }
 *   part      = "(" condition ")" | sensor test
 *   sensor    = name | edge "/" name | "*"
 *   test      = ( ">" | ">=" | "<" | "<=" ) number [ "until" number ]
 *             | ( "rises" | "falls" | "changes" ) "by" number "within" time
 *             | "stale" "after" time
 *             | "anomalous" [ "by" check { "," check } ]
 *   hours     = days from "-" to            mon-fri 08:00-18:00; sat,sun 00:00-24:00; daily 22:00-06:00
 *
 * `clear below 28` is `until 28` of a rule with one threshold. A rule without a name is called
 * after its first sensor and what it asks, as the default rules are.
 */
import {
  type Condition,
  hysteresisProblem,
  leavesOf,
  type Rule,
  ruleLimits,
  ruleProblem,
  type Severity,
  severities,
  spanProblem,
  type WeekSpan,
} from '@bothy/wire';
import { parseCondition } from './parse-condition.ts';
import { parseWeekSpan } from './parse-week-span.ts';
import { type RuleError, RuleSyntaxError, ruleError, ruleTokens, type Token } from './rule-tokens.ts';
import { TokenReader } from './token-reader.ts';

export type ParsedRule =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly error: RuleError };

/** Reads one rule; the error says where it stands and what should be there. */
export function parseRule(text: string): ParsedRule {
  try {
    if (text.length > ruleLimits.textChars) {
      const place = { offset: ruleLimits.textChars, length: text.length - ruleLimits.textChars };
      throw new RuleSyntaxError(place, `A rule has ${ruleLimits.textChars} characters at most.`);
    }
    return { ok: true, rule: readRule(new TokenReader(ruleTokens(text)), text.length) };
  } catch (error) {
    if (!(error instanceof RuleSyntaxError)) throw error;
    return { ok: false, error: ruleError(text, error) };
  }
}

function readRule(reader: TokenReader, length: number): Rule {
  const head = readHead(reader);
  const first = reader.peek();
  const condition = parseCondition(reader);
  const forMs = reader.takes('for') ? reader.durationMs('how long it must hold') : undefined;
  const { when, clearForMs } = readClear(reader, condition);
  let repeatMs: number | undefined;
  if (reader.takes('repeat')) {
    reader.expect('every', 'and a time, as in "repeat every 10m"');
    repeatMs = reader.durationMs('how often it is said again');
  }
  const only = reader.takes('only') ? readSpan(reader) : undefined;
  const quiet = reader.takes('quiet') ? readSpan(reader) : undefined;
  if (reader.peek().kind !== 'end') throw reader.wrong(nextWords(forMs, clearForMs));
  const rule: Rule = {
    name: head.name ?? defaultName(when),
    severity: head.severity,
    when,
    ...(forMs === undefined ? {} : { forMs }),
    ...(clearForMs === undefined ? {} : { clearForMs }),
    ...(repeatMs === undefined ? {} : { repeatMs }),
    ...(only === undefined ? {} : { only }),
    ...(quiet === undefined ? {} : { quiet }),
  };
  const problem = ruleProblem(rule);
  if (problem === undefined) return rule;
  throw new RuleSyntaxError({ offset: first.offset, length: length - first.offset }, problem);
}

function readHead(reader: TokenReader): { readonly name: string | undefined; readonly severity: Severity } {
  const plain = { name: undefined, severity: 'warning' } as const;
  if (reader.isNext(':', 1)) {
    const name = reader.name('the name of the rule');
    reader.take();
    return { ...plain, name };
  }
  if (!reader.isNext(':', 2) || reader.isNext('/', 1)) return plain;
  const name = reader.name('the name of the rule');
  const severity = severities.find((each) => reader.takes(each));
  if (severity === undefined) throw reader.wrong(`Here comes ${severities.join(', ')} or ":"`);
  reader.take();
  return { name, severity };
}

function readClear(
  reader: TokenReader,
  condition: Condition,
): { readonly when: Condition; readonly clearForMs: number | undefined } {
  if (!reader.takes('clear')) return { when: condition, clearForMs: undefined };
  const side = reader.peek();
  if (!reader.isNext('below') && !reader.isNext('above')) {
    reader.expect('for', 'and a time, or "below" or "above" and a number');
    return { when: condition, clearForMs: reader.durationMs('how long it must not hold') };
  }
  reader.take();
  const limit = reader.peek();
  const when = withUntil(condition, side, reader.number('the value at which it clears'), limit);
  const clearForMs = reader.takes('for') ? reader.durationMs('how long it must not hold') : undefined;
  return { when, clearForMs };
}

function withUntil(condition: Condition, side: Token, until: number, place: Token): Condition {
  if (condition.kind !== 'threshold') {
    const sentence = `"clear ${side.text}" needs a rule of one threshold: write "until ${until}" behind the one you mean.`;
    throw new RuleSyntaxError(side, sentence);
  }
  if (condition.until !== undefined) {
    throw new RuleSyntaxError(side, `"until ${condition.until}" says already when it clears.`);
  }
  const wanted = condition.is.startsWith('>') ? 'below' : 'above';
  if (side.text !== wanted) {
    throw new RuleSyntaxError(
      side,
      `What fires at ${condition.is} clears ${wanted} a value, not ${side.text} one.`,
    );
  }
  const when = { ...condition, until };
  const problem = hysteresisProblem(when);
  if (problem !== undefined) throw new RuleSyntaxError(place, problem);
  return when;
}

function readSpan(reader: TokenReader): WeekSpan {
  const first = reader.peek();
  const span = parseWeekSpan(reader);
  const problem = spanProblem(span);
  if (problem === undefined) return span;
  throw new RuleSyntaxError({ offset: first.offset, length: reader.peek().offset - first.offset }, problem);
}

function nextWords(forMs: number | undefined, clearForMs: number | undefined): string {
  const words = ['repeat every', 'only', 'quiet'];
  if (clearForMs === undefined) words.unshift('clear');
  if (forMs === undefined && clearForMs === undefined) words.unshift('and', 'or', 'for');
  return `Here the rule ends, or goes on with ${words.map((word) => `"${word}"`).join(', ')} in this order`;
}

function defaultName(when: Condition): string {
  const [leaf] = leavesOf(when);
  const sensor = leaf === undefined || leaf.sensor === '*' ? 'sensor' : leaf.sensor.slice(0, 50);
  switch (when.kind) {
    case 'threshold':
      return `${sensor}_alert_${when.is.startsWith('>') ? 'high' : 'low'}`;
    case 'change':
    case 'stale':
    case 'anomaly':
      return `${sensor}_${when.kind}`;
    case 'any':
    case 'all':
      return `${sensor}_alert`;
  }
}
