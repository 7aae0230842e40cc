/** Puts what a route has to say into one delivery. Rule TRT7 in SPEC.md. */
import type { Now } from '@bothy/protocols';
import { type AlarmRoute, severities } from '@bothy/wire';
import type { Delivery, News } from './records.ts';
import type { Watched } from './route-entry.ts';

/** As many as a person reads; a mail or a message of more is skimmed. */
export const mostLines = 15;

export interface Gathered {
  readonly watched: Watched;
  readonly news: News;
}

const newsOrder: readonly News[] = ['opened', 'repeated', 'acknowledged', 'cleared'];

/** What opened comes before what ended, the worst before the rest, the newest first. */
export function deliveryOf(route: AlarmRoute, gathered: readonly Gathered[], id: string, now: Now): Delivery {
  const sorted = gathered.toSorted(
    (a, b) =>
      newsOrder.indexOf(a.news) - newsOrder.indexOf(b.news) ||
      severities.indexOf(b.watched.alarm.severity) - severities.indexOf(a.watched.alarm.severity) ||
      b.watched.alarm.lastMs - a.watched.alarm.lastMs ||
      (a.watched.alarm.id < b.watched.alarm.id ? -1 : 1),
  );
  return {
    id,
    route: route.name,
    to: route.to,
    madeMs: now.wallMs,
    lines: sorted.slice(0, mostLines).map(({ watched, news }) => ({ news, alarm: watched.alarm })),
    more: sorted.slice(mostLines).map(({ watched }) => watched.alarm.id),
    failures: 0,
  };
}
