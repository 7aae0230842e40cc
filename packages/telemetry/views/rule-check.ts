/** A rule while it is typed: whether it can be read, where not, and what it means. Rules TV14, TV15. */
import {
  type Condition,
  type LeafCondition,
  leavesOf,
  type Rule,
  type SensorReference,
  type WeekSpan,
  weekdays,
} from '@bothy/wire';
import { demand } from '../core/explain/leaf-words.ts';
import { durationWords } from '../core/rules/duration.ts';
import { formatRule } from '../core/rules/format-rule.ts';
import { parseRule } from '../core/rules/parse-rule.ts';
import { sensorWords } from './value-words.ts';

export type RuleCheck =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'wrong';
      /** Both from 1. */
      readonly line: number;
      readonly column: number;
      readonly offset: number;
      readonly length: number;
      readonly sentence: string;
    }
  | {
      readonly kind: 'right';
      readonly rule: Rule;
      /** As it is stored, and written back. */
      readonly formatted: string;
      readonly meaning: string;
    };

export function checkRuleText(text: string): RuleCheck {
  if (text.trim() === '') return { kind: 'empty' };
  const parsed = parseRule(text);
  if (!parsed.ok) return { kind: 'wrong', ...parsed.error };
  return {
    kind: 'right',
    rule: parsed.rule,
    formatted: formatRule(parsed.rule),
    meaning: ruleMeaning(parsed.rule),
  };
}

/** What a rule does, in sentences. */
export function ruleMeaning(rule: Rule): string {
  const { when, forMs, clearForMs, repeatMs, only, quiet } = rule;
  const lasting = forMs === undefined ? '' : ` for ${durationWords(forMs)} without a break`;
  // Of a single threshold the next sentence says where it ends.
  const what = when.kind === 'threshold' ? `${subjectWords(when)} is ${demand(when)}` : conditionWords(when);
  const sentences = [`Fires when ${what}${lasting}.`, clearingWords(when, clearForMs)];
  if (repeatMs !== undefined)
    sentences.push(`Is said again every ${durationWords(repeatMs)} while it lasts.`);
  if (only !== undefined) sentences.push(`Holds only ${spanOfWeekWords(only)}.`);
  if (quiet !== undefined)
    sentences.push(`Says nothing ${spanOfWeekWords(quiet)}; what still holds then is said after.`);
  return sentences.join(' ');
}

function clearingWords(when: Condition, clearForMs: number | undefined): string {
  const lasting = clearForMs === undefined ? '' : ` for ${durationWords(clearForMs)}`;
  if (when.kind === 'threshold' && when.until !== undefined) {
    const side = when.is.startsWith('>') ? 'below' : 'above';
    return `Ends when it is ${side} ${when.until}${lasting}.`;
  }
  return `Ends when that is so no more${lasting}.`;
}

function conditionWords(condition: Condition): string {
  if (!('of' in condition)) return leafWords(condition);
  const word = condition.kind === 'all' ? ' and ' : ' or ';
  return condition.of
    .map((part) => ('of' in part ? `(${conditionWords(part)})` : leafWords(part)))
    .join(word);
}

function leafWords(leaf: LeafCondition): string {
  const verb = leaf.kind === 'change' ? 'goes' : 'is';
  const until =
    leaf.kind === 'threshold' && leaf.until !== undefined
      ? `, and from then until it has passed ${leaf.until}`
      : '';
  return `${subjectWords(leaf)} ${verb} ${demand(leaf)}${until}`;
}

function subjectWords({ sensor, node }: SensorReference): string {
  if (sensor === '*') return 'any sensor';
  const name = sensorWords(sensor).replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
  return node === undefined ? name : `${name} of ${node}`;
}

/** `on Mon to Fri from 08:00 to 18:00`. */
export function spanOfWeekWords({ days, from, to }: WeekSpan): string {
  return `${daysWords(days)} from ${from} to ${to}`;
}

function daysWords(days: WeekSpan['days']): string {
  if (days.length === weekdays.length) return 'every day';
  const names = days.map((day) => day.charAt(0).toUpperCase() + day.slice(1));
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined || days.length < 3) return `on ${names.join(' and ')}`;
  const isRun = weekdays.indexOf(last) - weekdays.indexOf(first) === days.length - 1;
  return isRun ? `on ${names[0]} to ${names.at(-1)}` : `on ${names.join(', ')}`;
}

/** The sensors that a rule names, to choose what a backtest is drawn over. */
export function sensorsNamed(rule: Rule): readonly SensorReference[] {
  const seen = new Map(leavesOf(rule.when).map((leaf) => [`${leaf.node ?? ''}/${leaf.sensor}`, leaf]));
  return [...seen.values()].map(({ sensor, node }) => (node === undefined ? { sensor } : { sensor, node }));
}
