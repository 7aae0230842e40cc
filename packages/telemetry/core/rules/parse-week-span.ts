/** Days and hours of the text form: `mon-fri 08:00-18:00`. */
import { type Weekday, type WeekSpan, weekdays } from '@bothy/wire';
import { RuleSyntaxError } from './rule-tokens.ts';
import type { TokenReader } from './token-reader.ts';

export function parseWeekSpan(reader: TokenReader): WeekSpan {
  const days = reader.takes('daily') ? weekdays : parseDays(reader);
  const hours = reader.peek();
  if (hours.kind !== 'hours') throw reader.wrong('Here come hours like 08:00-18:00');
  reader.take();
  const [from = '', to = ''] = hours.text.split('-');
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(from)) {
    throw new RuleSyntaxError(hours, `${from} is no time at which a span begins: 00:00 to 23:59.`);
  }
  if (!/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(to)) {
    throw new RuleSyntaxError(hours, `${to} is no time at which a span ends: 00:01 to 24:00.`);
  }
  return { days, from, to };
}

/** `mon-fri`, `sat,sun`, `fri-mon`: in the order of the week, whatever was written. */
function parseDays(reader: TokenReader): readonly Weekday[] {
  const named = new Set<Weekday>();
  do {
    const token = reader.peek();
    const [first, last, rest] = token.text.split('-').map((part) => weekdays.find((day) => day === part));
    const isRange = token.text.includes('-');
    if (
      token.kind !== 'word' ||
      first === undefined ||
      rest !== undefined ||
      (isRange && last === undefined)
    ) {
      throw reader.wrong(`Here come days: ${weekdays.join(', ')}, "mon-fri" or "daily"`);
    }
    reader.take();
    const end = weekdays.indexOf(last ?? first);
    for (let at = weekdays.indexOf(first); ; at = (at + 1) % weekdays.length) {
      named.add(weekdays[at] ?? first);
      if (at === end) break;
    }
  } while (reader.takes(','));
  return weekdays.filter((day) => named.has(day));
}
