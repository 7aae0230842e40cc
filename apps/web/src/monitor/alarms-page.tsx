import {
  alarmsInOrder,
  alarmTitle,
  severityWords,
  standingOf,
  standingWords,
  valueWords,
} from '@bothy/telemetry/views';
import { type Alarm, BothyError } from '@bothy/wire';
import { useEffect, useState } from 'react';
import { useMonitor, useNodeClock, useTelemetry } from './monitor-context.ts';
import { monitorHash } from './monitor-route.ts';
import { NotificationChoice } from './notification-choice.tsx';

const mostAlarms = 300;

/** What wants attention, the most urgent first; or all alarms that there were. */
export function AlarmsPage({ which }: { which: 'open' | 'all' }) {
  const { view } = useTelemetry();
  const nowMs = useNodeClock(1_000);
  const all = useAllAlarms(which === 'all');
  if (view === undefined) return null;
  const known = new Map([...all.alarms.map((alarm) => [alarm.id, alarm] as const)]);
  for (const alarm of view.alarms.values()) known.set(alarm.id, alarm);
  const shown = alarmsInOrder(known.values(), nowMs)
    .filter((alarm) => which === 'all' || standingOf(alarm, nowMs) !== 'closed')
    .slice(0, mostAlarms);
  return (
    <section className="alarms-page" aria-labelledby="alarms-title">
      <div className="alarms-head">
        <h2 id="alarms-title">{which === 'open' ? 'Open alarms' : 'All alarms'}</h2>
        <nav className="segments" aria-label="Which alarms">
          {(['open', 'all'] as const).map((each) => (
            <a
              key={each}
              href={monitorHash({ page: 'alarms', which: each })}
              aria-current={each === which ? 'page' : undefined}
            >
              {each === 'open' ? 'Open' : 'All'}
            </a>
          ))}
        </nav>
      </div>
      {all.problem !== undefined && (
        <p className="notice bad" role="alert">
          {all.problem}
        </p>
      )}
      {shown.length === 0 ? (
        <div className="calm">
          <p>
            <strong>Nothing is wrong.</strong>
          </p>
          <p className="hint">
            {which === 'open'
              ? 'When a rule fires, its alarm stands here until it has ended and somebody has seen it.'
              : 'No rule has ever fired here.'}
          </p>
        </div>
      ) : (
        <ul className="alarm-list" aria-label="Alarms">
          {shown.map((alarm) => (
            <AlarmRow key={alarm.id} alarm={alarm} nowMs={nowMs} />
          ))}
        </ul>
      )}
      <NotificationChoice />
    </section>
  );
}

function AlarmRow({ alarm, nowMs }: { alarm: Alarm; nowMs: number }) {
  const standing = standingOf(alarm, nowMs);
  return (
    <li className={`alarm-row alarm-${alarm.severity} standing-${standing}`}>
      <span className="severity">{severityWords[alarm.severity]}</span>
      <div className="alarm-words">
        <a className="alarm-link" href={monitorHash({ page: 'alarm', alarm: alarm.id })}>
          {alarmTitle(alarm)}
        </a>
        <span className="hint"> {alarm.edge}</span>
        <p className="alarm-standing">{standingWords(alarm, nowMs)}</p>
      </div>
      <p className="alarm-value">
        {alarm.value === null ? '' : valueWords(alarm.value, [0.5])}{' '}
        <span className="hint">{alarm.value === null ? '' : (alarm.unit ?? '')}</span>
      </p>
    </li>
  );
}

/** Closed ones are not told live: they are asked for when somebody looks. */
function useAllAlarms(isWanted: boolean): { readonly alarms: readonly Alarm[]; readonly problem?: string } {
  const { client } = useMonitor();
  const [state, setState] = useState<{ alarms: readonly Alarm[]; problem?: string }>({ alarms: [] });
  useEffect(() => {
    if (!isWanted) return setState({ alarms: [] });
    let shown = true;
    client.alarms('all', mostAlarms).then(
      (alarms) => shown && setState({ alarms }),
      (thrown: unknown) => shown && setState({ alarms: [], problem: BothyError.from(thrown).message }),
    );
    return () => {
      shown = false;
    };
  }, [client, isWanted]);
  return state;
}
