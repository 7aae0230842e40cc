/** What members of a room write to their alarms. */
import { parseDuration } from '@bothy/telemetry/core';
import { type AlarmCommand, type AlarmId, alarmIdPattern, alarmLimits } from '@bothy/wire';

export type RoomAlarmCommand =
  /** `alarms` empty: those that the message is about that it replies to, or the last one. */
  | { readonly kind: 'command'; readonly alarms: readonly AlarmId[]; readonly command: AlarmCommand }
  | { readonly kind: 'list' }
  /** It is meant for us, and cannot be done: a sentence that says what to write. */
  | { readonly kind: 'problem'; readonly sentence: string };

/** As many as a message of ours names. */
const mostAlarms = 20;
const mostBodyChars = 4_000;

/** Undefined: it is no command of ours. */
export function parseRoomCommand(body: string): RoomAlarmCommand | undefined {
  const match = /^\s*\/(ack|shelve|unshelve|alarms)(?:\s+(.*))?\s*$/s.exec(body.slice(0, mostBodyChars));
  if (match === null) return undefined;
  const [, verb, rest = ''] = match;
  if (verb === 'alarms') return { kind: 'list' };
  const words = rest.split(/\s+/).filter((word) => word !== '');
  const isId = words.map((word) => alarmIdPattern.test(word));
  const count = isId.includes(false) ? isId.indexOf(false) : words.length;
  const alarms = words.slice(0, Math.min(count, mostAlarms));
  const others = words.slice(count);
  if (verb === 'shelve') return shelving(alarms, others);
  const note = noteOf(others);
  const command =
    verb === 'ack' ? ({ name: 'acknowledge', ...note } as const) : ({ name: 'unshelve' } as const);
  return { kind: 'command', alarms, command };
}

function shelving(
  alarms: readonly AlarmId[],
  [duration = '', ...words]: readonly string[],
): RoomAlarmCommand {
  const forMs = parseDuration(duration);
  if (forMs === undefined || forMs < 1_000 || forMs > alarmLimits.shelveMs) {
    return { kind: 'problem', sentence: 'Say for how long, up to 30 days: /shelve 30m' };
  }
  return { kind: 'command', alarms, command: { name: 'shelve', forMs, ...noteOf(words) } };
}

function noteOf(words: readonly string[]): { readonly note?: string } {
  const note = words.join(' ').slice(0, alarmLimits.noteChars);
  return note === '' ? {} : { note };
}

/** The alarms that a message of ours can be answered for: each stands behind the `/ack` that ends its line. */
export function alarmsOf(text: string): readonly AlarmId[] {
  const found = [...text.matchAll(/ · \/ack (\S+)$/gm)].map(([, id = '']) => id);
  return found.filter((id) => alarmIdPattern.test(id)).slice(0, mostAlarms);
}
