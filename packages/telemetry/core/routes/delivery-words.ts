/** A delivery in words: what a room, a mail and a browser show. */
import type { Alarm } from '@bothy/wire';
import { valueWords } from '../alarms/alarm-words.ts';
import { durationWords } from '../rules/duration.ts';
import type { Delivery, NewsLine } from './records.ts';

const signs = { danger: '🔥', warning: '⚠️', info: 'ℹ️' } as const;

/** `🔥 temperature of edge-1 is 34.2 °C, above 30 for 2 min`. */
export function newsWords(line: NewsLine): string {
  return oneLine(wordsOf(line));
}

function wordsOf({ news, alarm }: NewsLine): string {
  switch (news) {
    case 'opened':
      return `${signs[alarm.severity]} ${finding(alarm)}`;
    case 'repeated':
      return `${signs[alarm.severity]} still, for ${durationWords(alarm.lastMs - alarm.openedMs)}: ${finding(alarm)}`;
    case 'acknowledged':
      return `👍 ${subject(alarm)}: acknowledged by ${alarm.acknowledgedBy ?? 'somebody'}`;
    case 'cleared':
      return `✅ ${subject(alarm)}: ${finding(alarm)}`;
  }
}

/**
 * Units and sentences come from devices: none of them begins a line of its own, in a mail or in a room, nor looks like
 * the ` · /ack …` that we put behind a line, for who answers a message acknowledges what stands there.
 */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').replaceAll('·', '-');
}

/** One line, for a subject or a notification: the first news, and how many more there are. */
export function headline(delivery: Delivery): string {
  const [first] = delivery.lines;
  const others = delivery.lines.length - 1 + delivery.more.length;
  const words = first === undefined ? `${delivery.more.length} alarms` : newsWords(first);
  return others > 0 ? `${words}, and ${others} more` : words;
}

/** The whole, line by line; with `commands` each says how to acknowledge it in a room. */
export function deliveryText({ lines, more }: Delivery, commands: boolean): string {
  const said = lines.map((line) => {
    const isOpen = (line.news === 'opened' || line.news === 'repeated') && !line.alarm.acknowledged;
    return commands && isOpen ? `${newsWords(line)} · /ack ${line.alarm.id}` : newsWords(line);
  });
  return [...said, ...(more.length > 0 ? [`and ${more.length} more`] : [])].join('\n');
}

/** One open alarm as a list shows it, with who has it. */
export function alarmLine(alarm: Alarm): string {
  const state = alarm.active
    ? alarm.acknowledged
      ? `acknowledged by ${alarm.acknowledgedBy ?? 'somebody'}`
      : 'active'
    : 'cleared';
  const shelf = alarm.shelvedUntilMs === undefined ? '' : ', shelved';
  return oneLine(`${signs[alarm.severity]} ${alarm.id} (${state}${shelf}): ${finding(alarm)}`);
}

function subject({ rule, edge }: Alarm): string {
  return `${rule} at ${edge}`;
}

/**
 * The sentence of an event, for a line. That of our rules begins with what the rule does ("Fires, after 2 min of it: …"),
 * which goes without saying here, and its value has no unit.
 */
function finding({ sentence, value, unit }: Alarm): string {
  const [, afterTime, found] = /^Fires(?:, after (.+?) of it)?: (.*)\.$/s.exec(sentence) ?? [];
  const plain = found === undefined ? sentence.replace(/^Cleared: /, '').replace(/\.$/, '') : found;
  const whole = afterTime === undefined ? plain : `${plain} for ${afterTime}`;
  if (value === null || unit === undefined || unit === '') return whole;
  return whole.replace(` is ${value},`, ` is ${valueWords(value, unit)},`);
}
