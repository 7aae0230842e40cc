/** The rules of a fresh edge or node (design, section 4). Each clears a little on the safe side, so that none flaps. */
import type { Rule } from '@bothy/wire';
import { parseRule } from './parse-rule.ts';

const texts = [
  'temperature_alert_high danger: temperature > 30 clear below 29',
  'temperature_alert_low warning: temperature < 15 clear above 16',
  'humidity_alert_high warning: humidity > 80 clear below 77',
  'humidity_alert_low warning: humidity < 40 clear above 43',
  'light_low info: light < 100 clear above 120',
  'airquality_warning danger: airquality > 1000 clear below 950',
] as const;

export const defaultRules: readonly Rule[] = texts.map((text) => {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(`a default rule is wrong: ${text}: ${parsed.error.sentence}`);
  return parsed.rule;
});

/** The documents' own name of an event, as devices send it, under ours. */
export function currentEventType(eventType: string): string {
  return eventType === 'temperature_alert' ? 'temperature_alert_high' : eventType;
}
