/** How long what is kept, from the one number that people set. */
import type { Retention } from '@bothy/telemetry/drivers/sqlite';

/** Of minutes, five minutes and hours. */
const usual = { minuteDays: 90, fiveDays: 365, hourDays: 1_826 } as const;

/** What sums readings up is not to go before they do. */
export function retentionOf(rawDays: number): Retention {
  return {
    rawDays,
    minuteDays: Math.max(usual.minuteDays, rawDays),
    fiveDays: Math.max(usual.fiveDays, rawDays),
    hourDays: Math.max(usual.hourDays, rawDays),
  };
}
