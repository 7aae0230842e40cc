/** Counts alarms for the rail and shows what routes have a browser show, while the app is open and wherever one is in it. */
import { waitingAlarms } from '@bothy/telemetry/views';
import { setAlarmBadge } from '../app/alarm-badge.ts';
import { AlarmNotifier, browserNotifications } from './alarm-notifier.ts';
import { openMonitor } from './open-monitor.ts';

let watching: Promise<void> | undefined;

export function watchAlarms(): Promise<void> {
  watching ??= watch();
  return watching;
}

async function watch(): Promise<void> {
  const { session } = await openMonitor();
  const notifier = new AlarmNotifier(browserNotifications());
  function count(): void {
    const { view } = session.state();
    setAlarmBadge(view === undefined ? 0 : waitingAlarms(view.alarms.values(), session.nowMs()).length);
  }
  session.subscribe(count);
  session.onAlarm((change) => notifier.heard(change));
  // What was shelved speaks again by time alone.
  setInterval(count, 30_000);
  count();
}
