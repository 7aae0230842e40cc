/** How far the clock of a contact's device is off ours, and what that does to messages, in a person's words. */
import { timing } from '@bothy/peer/core';
import type { LinkView } from '@bothy/peer/views';
import { counted } from './link-stages.ts';

type Clock = LinkView['clock'];

/** Fewer seconds are nothing to set a clock for. */
const mattersMs = 5_000;
/** From here on the times beside messages, which are in minutes, are wrong. */
const showsMs = 60_000;

/** "Their clock is 3 minutes ahead of yours.", when it is so for certain and matters; undefined otherwise. */
export function clockWords(clock: Clock): string | undefined {
  if (clock === undefined || certainlyOffMs(clock) < mattersMs) return undefined;
  return `Their clock is ${spanWords(clock)} ${clock.offsetMs > 0 ? 'ahead of' : 'behind'} yours.`;
}

/** The same where there is room for little, and only what shows in the times of messages is worth a word. */
export function briefClockWords(clock: Clock): string | undefined {
  if (clock === undefined || certainlyOffMs(clock) < showsMs) return undefined;
  return `Their clock is ${spanWords(clock)} ${clock.offsetMs > 0 ? 'ahead' : 'behind'}.`;
}

/** What a person sees of it among the messages, and what may help. */
export function clockHint(clock: Clock): string | undefined {
  if (clock === undefined || certainlyOffMs(clock) < showsMs) return undefined;
  const among =
    Math.abs(clock.offsetMs) <= timing.maxAheadMs
      ? 'Messages may show the time of the clock that is ahead: that keeps an answer below its question.'
      : 'That is too far to keep messages in order: an answer may stand above its question.';
  return `${among} Check time, date and time zone on both devices.`;
}

/** How long a question and its answer are on their way. */
export function roundTripWords(clock: Clock): string | undefined {
  if (clock === undefined) return undefined;
  const { delayMs } = clock;
  if (delayMs < 1) return 'There and back in less than 1\u00a0ms.';
  const time = delayMs < 1_000 ? `${delayMs}\u00a0ms` : `${(delayMs / 1_000).toFixed(1)}\u00a0s`;
  return `There and back in ${time}.`;
}

/** How far they are apart at least; 0 where what is known is too vague for a figure. */
function certainlyOffMs(clock: Clock): number {
  if (clock === undefined) return 0;
  const saidMs = Math.abs(clock.offsetMs);
  return clock.errorMs * 4 > saidMs ? 0 : saidMs - clock.errorMs;
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** "12 seconds", "1 minute 35 seconds", "1 hour", "3 days 4 hours": the largest unit and the next. */
function spanWords({ offsetMs }: { readonly offsetMs: number }): string {
  const exact = Math.round(Math.abs(offsetMs) / 1_000);
  const at = units.findIndex(([, size]) => exact >= size);
  const [unit, size] = units[at] ?? units[3];
  const [nextUnit, nextSize] = units[at + 1] ?? units[3];
  const seconds = Math.round(exact / nextSize) * nextSize;
  const rest = Math.round((seconds % size) / nextSize);
  const whole = counted(Math.floor(seconds / size), unit);
  return rest === 0 ? whole : `${whole} ${counted(rest, nextUnit)}`;
}
