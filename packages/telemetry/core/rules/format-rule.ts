/** Writes a rule as text: the inverse of `parseRule` for every rule that `ruleProblem` has nothing against. */
import { type Condition, type LeafCondition, type Rule, type WeekSpan, weekdays } from '@bothy/wire';
import { formatDuration } from './duration.ts';
import { reservedWords } from './token-reader.ts';

export function formatRule(rule: Rule): string {
  const { name, severity, when, forMs, clearForMs, repeatMs, only, quiet } = rule;
  // What a person would write: "clear below 28" where there is one threshold, "until 28" in a group.
  const until = when.kind === 'threshold' ? when.until : undefined;
  const condition = when.kind === 'threshold' ? formatLeaf(when, false) : formatCondition(when);
  const side = when.kind === 'threshold' && when.is.startsWith('>') ? 'below' : 'above';
  const words = [`${quoted(name)} ${severity}:`, condition];
  if (forMs !== undefined) words.push(`for ${formatDuration(forMs)}`);
  if (until !== undefined || clearForMs !== undefined) words.push('clear');
  if (until !== undefined) words.push(`${side} ${until}`);
  if (clearForMs !== undefined) words.push(`for ${formatDuration(clearForMs)}`);
  if (repeatMs !== undefined) words.push(`repeat every ${formatDuration(repeatMs)}`);
  if (only !== undefined) words.push(`only ${formatWeekSpan(only)}`);
  if (quiet !== undefined) words.push(`quiet ${formatWeekSpan(quiet)}`);
  return words.join(' ');
}

export function formatCondition(condition: Condition): string {
  if (!('of' in condition)) return formatLeaf(condition, true);
  const parts = condition.of.map((part) =>
    'of' in part ? `(${formatCondition(part)})` : formatLeaf(part, true),
  );
  return parts.join(condition.kind === 'all' ? ' and ' : ' or ');
}

function formatLeaf(leaf: LeafCondition, withUntil: boolean): string {
  const sensor = leaf.sensor === '*' ? '*' : quoted(leaf.sensor);
  const subject = leaf.node === undefined ? sensor : `${quoted(leaf.node)}/${sensor}`;
  switch (leaf.kind) {
    case 'threshold': {
      const until = withUntil && leaf.until !== undefined ? ` until ${leaf.until}` : '';
      return `${subject} ${leaf.is} ${leaf.limit}${until}`;
    }
    case 'change':
      return `${subject} ${leaf.direction} by ${leaf.by} within ${formatDuration(leaf.withinMs)}`;
    case 'stale':
      return `${subject} stale after ${formatDuration(leaf.afterMs)}`;
    case 'anomaly':
      return `${subject} anomalous${leaf.by === undefined ? '' : ` by ${leaf.by.join(',')}`}`;
  }
}

export function formatWeekSpan({ days, from, to }: WeekSpan): string {
  return `${formatDays(days)} ${from}-${to}`;
}

function formatDays(days: WeekSpan['days']): string {
  if (days.length === weekdays.length) return 'daily';
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined || days.length < 3) return days.join(',');
  const isRun = weekdays.indexOf(last) - weekdays.indexOf(first) === days.length - 1;
  return isRun ? `${first}-${last}` : days.join(',');
}

function quoted(name: string): string {
  const isWord = /^[A-Za-z][A-Za-z0-9_.-]*$/.test(name);
  return isWord && !reservedWords.has(name) ? name : `"${name}"`;
}
