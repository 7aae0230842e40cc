/** What a route is tried with: an alarm that nobody raised, and that says so. */
import { randomBytes } from 'node:crypto';
import type { Delivery } from '@bothy/telemetry/core';
import type { Alarm, AlarmRoute } from '@bothy/wire';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

export function trialOf({ name, to }: AlarmRoute, node: string, nowMs: number): Delivery {
  const alarm: Alarm = {
    id: `${node}~trial~trial`,
    edge: node,
    sensor: 'trial',
    rule: 'trial',
    severity: 'info',
    active: true,
    // There is nothing to acknowledge.
    acknowledged: true,
    openedMs: nowMs,
    lastMs: nowMs,
    count: 1,
    value: null,
    sentence: `A trial of the route ${name}: nothing is wrong.`,
    notes: [],
    home: node,
    version: 1,
  };
  const id = [...randomBytes(26)].map((byte) => alphabet[byte % 32]).join('');
  return { id, route: name, to, madeMs: nowMs, lines: [{ news: 'opened', alarm }], more: [], failures: 0 };
}
