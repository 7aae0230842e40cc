/** What an alarm says of an event that brings no sentence, or no severity. */
import {
  type Condition,
  edgeLimits,
  leavesOf,
  type Rule,
  type Severity,
  severities,
  type TelemetryEvent,
} from '@bothy/wire';
import { demand } from '../explain/leaf-words.ts';
import { currentEventType, defaultRules } from '../rules/default-rules.ts';
import type { Finding } from './alarm-changes.ts';

/** Our edges say severity and sentence in fields of their own; other devices do not. */
export function findingOf(event: TelemetryEvent, rules: ReadonlyMap<string, Rule>): Finding {
  const { unit, extra } = event;
  // The payload demands a number also of an event that follows from silence.
  const value = event.quality === 'none' ? null : event.value;
  const rule = rules.get(event.eventType) ?? defaultRule(event.eventType);
  const severity = severityOf(extra?.severity) ?? rule?.severity ?? 'warning';
  const said = extra?.sentence;
  const sentence =
    typeof said === 'string' && said !== '' && said.length <= edgeLimits.sentenceChars
      ? said
      : plainSentence(event, value, rule?.when);
  return { severity, value, ...(unit === undefined ? {} : { unit }), sentence };
}

function plainSentence(
  { sensor, node, unit, event }: TelemetryEvent,
  value: number | null,
  when: Condition | undefined,
): string {
  const is = `${sensor} of ${node} ${value === null ? 'says nothing' : `is ${valueWords(value, unit)}`}`;
  if (!event) return `Cleared: ${is}.`;
  const leaves = when === undefined ? [] : leavesOf(when);
  const [leaf] = leaves;
  return leaves.length === 1 && leaf !== undefined ? `${is}, ${demand(leaf)}.` : `${is}.`;
}

/** `34.2 °C`: as many digits as a person reads. */
export function valueWords(value: number, unit: string | undefined): string {
  const rounded = Number(value.toPrecision(5));
  return unit === undefined || unit === '' ? String(rounded) : `${rounded} ${unit}`;
}

function severityOf(said: unknown): Severity | undefined {
  return severities.find((each) => each === said);
}

const defaults: ReadonlyMap<string, Rule> = new Map(defaultRules.map((rule) => [rule.name, rule]));

function defaultRule(eventType: string): Rule | undefined {
  return defaults.get(currentEventType(eventType));
}
