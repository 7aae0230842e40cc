/**
 * Notifications of the browser: what a route says ("show this"), where the person has allowed it. Each is shown once,
 * though several tabs may hear it: they share its tag. No sound unless the person wants one.
 */
import { alarmTitle } from '@bothy/telemetry/views';
import type { AlarmChanged } from '@bothy/wire';
import { goTo } from '../routing/use-route.ts';
import { monitorHash } from './monitor-route.ts';

export type NotificationLeave = 'granted' | 'denied' | 'default' | 'impossible';

export interface NotificationPort {
  readonly leave: () => NotificationLeave;
  readonly ask: () => Promise<NotificationLeave>;
  readonly show: (notification: {
    readonly title: string;
    readonly body: string;
    readonly tag: string;
    readonly silent: boolean;
    readonly open: () => void;
  }) => void;
  /** Kept in this browser. */
  readonly wants: () => NotificationWishes;
  readonly setWants: (wishes: NotificationWishes) => void;
}

export interface NotificationWishes {
  readonly on: boolean;
  readonly sound: boolean;
}

/** Ids that were shown: the same comes again when it is told again after a reconnect. */
const mostShown = 500;

export class AlarmNotifier {
  readonly #port: NotificationPort;
  readonly #shown = new Set<string>();

  constructor(port: NotificationPort) {
    this.#port = port;
  }

  heard({ alarm, notify }: AlarmChanged): void {
    if (notify === undefined || this.#shown.has(notify.id)) return;
    const { on, sound } = this.#port.wants();
    if (!on || this.#port.leave() !== 'granted') return;
    this.#shown.add(notify.id);
    for (const id of this.#shown) {
      if (this.#shown.size <= mostShown) break;
      this.#shown.delete(id);
    }
    this.#port.show({
      title: `${alarmTitle(alarm)} · ${alarm.edge}`,
      body: notify.text,
      tag: `bothy-alarm-${alarm.id}`,
      silent: !sound,
      open: () => goTo(monitorHash({ page: 'alarm', alarm: alarm.id })),
    });
  }
}

const key = 'bothy-alarm-notifications';

export function browserNotifications(): NotificationPort {
  const leave = (): NotificationLeave =>
    typeof Notification === 'undefined' ? 'impossible' : Notification.permission;
  return {
    leave,
    ask: async () =>
      typeof Notification === 'undefined' ? 'impossible' : await Notification.requestPermission(),
    show: ({ title, body, tag, silent, open }) => {
      try {
        const shown = new Notification(title, { body, tag, silent, icon: '/mark.svg' });
        shown.onclick = () => {
          window.focus();
          open();
          shown.close();
        };
      } catch {
        // Some phones show notifications of service workers alone; the badge tells the same.
      }
    },
    wants: () => {
      try {
        const words = localStorage.getItem(key);
        return { on: words === 'on' || words === 'on-with-sound', sound: words === 'on-with-sound' };
      } catch {
        return { on: false, sound: false };
      }
    },
    setWants: ({ on, sound }) => {
      try {
        localStorage.setItem(key, on ? (sound ? 'on-with-sound' : 'on') : 'off');
      } catch {
        // Then it is asked again in the next tab.
      }
    },
  };
}
