import { useState } from 'react';
import { browserNotifications, type NotificationLeave } from './alarm-notifier.ts';

/** Whether this browser shows alarms while the app is open. Asked for here, where one sees what it is about. */
export function NotificationChoice() {
  const [port] = useState(browserNotifications);
  const [wishes, setWishes] = useState(port.wants);
  const [leave, setLeave] = useState<NotificationLeave>(port.leave);
  function wish(on: boolean, sound: boolean): void {
    port.setWants({ on, sound });
    setWishes({ on, sound });
  }
  async function switchOn(): Promise<void> {
    const given = await port.ask();
    setLeave(given);
    if (given === 'granted') wish(true, false);
  }
  if (leave === 'impossible') return null;
  return (
    <section className="notification-choice" aria-labelledby="notification-title">
      <h3 id="notification-title">Notifications of this browser</h3>
      {leave === 'denied' ? (
        <p className="hint">
          This browser was told not to allow them. Its settings for this page can change that; the badge
          beside Monitor tells the same.
        </p>
      ) : wishes.on && leave === 'granted' ? (
        <>
          <p className="hint">
            While the app is open, alarms that a route sends to browsers are shown, each once.
          </p>
          <label className="check">
            <input
              type="checkbox"
              checked={wishes.sound}
              onChange={(event) => wish(true, event.target.checked)}
            />
            <span>With the sound of notifications</span>
          </label>
          <button type="button" className="button small" onClick={() => wish(false, false)}>
            Switch off
          </button>
        </>
      ) : (
        <>
          <p className="hint">
            Alarms that a route sends to browsers can be shown also while you look at something else. The
            browser will ask whether you allow it.
          </p>
          <button type="button" className="button small" onClick={() => void switchOn()}>
            Show notifications
          </button>
        </>
      )}
    </section>
  );
}
