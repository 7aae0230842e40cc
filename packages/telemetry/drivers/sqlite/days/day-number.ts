/** Days of UTC, counted from 1970-01-01: what readings are kept and dropped by. */

import { dayMs } from '@bothy/protocols';

export { dayMs, dayOf } from '@bothy/protocols';

/** `2026-11-20`. */
export function dayName(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** Undefined when it names no day. */
export function dayNamed(name: string): number | undefined {
  const ms = /^\d{4}-\d\d-\d\d$/.test(name) ? Date.parse(`${name}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(ms) || dayName(ms / dayMs) !== name ? undefined : ms / dayMs;
}

/** Year and month as one number, 202611, and the day of the month from 1. */
export function monthOf(day: number): { readonly month: number; readonly dayOfMonth: number } {
  const date = new Date(day * dayMs);
  return { month: date.getUTCFullYear() * 100 + date.getUTCMonth() + 1, dayOfMonth: date.getUTCDate() };
}
