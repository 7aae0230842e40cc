/** Which alarms a route is about. Rule TRT1 in SPEC.md. */
import type { Alarm, AlarmRoute } from '@bothy/wire';

export function matches(route: AlarmRoute, alarm: Alarm): boolean {
  return (
    (route.severities?.includes(alarm.severity) ?? true) &&
    isNamed(route.edges, alarm.edge) &&
    isNamed(route.sensors, alarm.sensor) &&
    isNamed(route.rules, alarm.rule)
  );
}

function isNamed(patterns: readonly string[] | undefined, name: string): boolean {
  return patterns?.some((pattern) => fits(pattern, name)) ?? true;
}

/**
 * `*` stands for any run of characters. By looking for the parts between the stars from left to right, each as early as
 * it comes: a regular expression made of many stars could be made to take for ever.
 */
export function fits(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return pattern === name;
  const last = parts.at(-1) ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}
