import {
  alarmTitle,
  entryWords,
  severityWords,
  standingOf,
  standingWords,
  valueWords,
} from '@bothy/telemetry/views';
import { type Alarm, BothyError, sensorKey } from '@bothy/wire';
import { useEffect, useState } from 'react';
import { AlarmActions } from './alarm-actions.tsx';
import { AlarmWhy } from './alarm-why.tsx';
import type { AlarmDetail } from './monitor-answers.ts';
import { useMonitor, useNodeClock, useTelemetry } from './monitor-context.ts';
import { monitorHash } from './monitor-route.ts';
import { momentWords } from './time-labels.ts';

/** One alarm: how it stands, why, what was done about it, and what can be done. */
export function AlarmPage({ id }: { id: string }) {
  const { view } = useTelemetry();
  const nowMs = useNodeClock(1_000);
  const live = view?.alarms.get(id);
  const { detail, problem } = useDetail(id, live?.version);
  const alarm = live !== undefined && live.version >= (detail?.alarm.version ?? 0) ? live : detail?.alarm;
  const back = (
    <a className="monitor-back" href={monitorHash({ page: 'alarms', which: 'open' })}>
      All open alarms
    </a>
  );
  if (alarm === undefined) {
    return (
      <section className="alarm-page" aria-label="Alarm">
        {back}
        <p className={problem === undefined ? 'hint' : 'notice bad'} role="status">
          {problem ?? 'Asking the node…'}
        </p>
      </section>
    );
  }
  const standing = standingOf(alarm, nowMs);
  const now = view?.sensors.get(sensorKey(alarm.edge, alarm.sensor));
  const unit = alarm.unit ?? now?.unit ?? '';
  const around = { kind: 'fixed', ...stretchAround(alarm, nowMs) } as const;
  return (
    <section className={`alarm-page standing-${standing}`} aria-labelledby="alarm-title">
      {back}
      <header className={`alarm-head alarm-${alarm.severity} standing-${standing}`}>
        <span className="severity">{severityWords[alarm.severity]}</span>
        <h2 id="alarm-title">{alarmTitle(alarm)}</h2>
        <p className="alarm-standing" role="status">
          {standingWords(alarm, nowMs)}
        </p>
        <p>{alarm.sentence}</p>
        <dl className="alarm-facts">
          <dt>Edge</dt>
          <dd>
            <a href={monitorHash({ page: 'edge', edge: alarm.edge })}>{alarm.edge}</a>
          </dd>
          <dt>Then</dt>
          <dd>{alarm.value === null ? 'no value' : `${valueWords(alarm.value, [0.5])} ${unit}`}</dd>
          {now?.value != null && (
            <>
              <dt>Now</dt>
              <dd>
                {valueWords(now.value, [0.5])} {now.unit ?? ''}
              </dd>
            </>
          )}
          <dt>Began</dt>
          <dd>
            {momentWords(alarm.openedMs)}
            {alarm.count > 1 && <span className="hint">, for the {ordinal(alarm.count)} time</span>}
          </dd>
          {alarm.clearedMs !== undefined && !alarm.active && (
            <>
              <dt>Ended</dt>
              <dd>{momentWords(alarm.clearedMs)}</dd>
            </>
          )}
          <dt>Rule</dt>
          <dd>
            <a href={monitorHash({ page: 'rules', rule: alarm.rule })}>{alarm.rule}</a>
          </dd>
        </dl>
        <a
          className="button small"
          href={monitorHash({
            page: 'chart',
            sensors: [sensorKey(alarm.edge, alarm.sensor)],
            window: around,
          })}
        >
          See it in a chart
        </a>
      </header>
      <AlarmActions alarm={alarm} standing={standing} />
      {detail?.why != null && <AlarmWhy why={detail.why} nowMs={nowMs} unit={unit} />}
      <section aria-labelledby="alarm-history">
        <h3 id="alarm-history">What happened</h3>
        {problem !== undefined && <p className="hint problem">{problem}</p>}
        <ol className="alarm-history">
          {(detail?.history ?? [])
            .toSorted((a, b) => b.atMs - a.atMs)
            .slice(0, 100)
            .map((entry, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: entries have no name, and several may be of one moment
              <li key={`${entry.atMs} ${at}`} className={`entry-${entry.kind}`}>
                <time dateTime={new Date(entry.atMs).toISOString()}>{momentWords(entry.atMs)}</time>
                <span>
                  {entryWords(entry)}
                  {entry.value != null && (
                    <span className="hint">
                      {' '}
                      at {valueWords(entry.value, [0.5])} {unit}
                    </span>
                  )}
                </span>
              </li>
            ))}
        </ol>
      </section>
    </section>
  );
}

/** Read again with every version of the alarm, for each has an entry of its own. */
function useDetail(id: string, version: number | undefined) {
  const { client, session } = useMonitor();
  const [state, setState] = useState<{ detail?: AlarmDetail; problem?: string }>({});
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is why it is read again
  useEffect(() => {
    let shown = true;
    client.alarm(id).then(
      (detail) => {
        if (!shown) return;
        setState({ detail });
        session.learn(detail.alarm);
      },
      (thrown: unknown) => {
        if (shown) setState((before) => ({ ...before, problem: BothyError.from(thrown).message }));
      },
    );
    return () => {
      shown = false;
    };
  }, [client, session, id, version]);
  return state;
}

/** The spell with half of its length before and after it, an hour at least. */
function stretchAround(alarm: Alarm, nowMs: number): { fromMs: number; toMs: number } {
  const endMs = alarm.active ? nowMs : (alarm.clearedMs ?? alarm.lastMs);
  const roomMs = Math.max((endMs - alarm.openedMs) / 2, 1_800_000);
  return {
    fromMs: Math.floor(alarm.openedMs - roomMs),
    toMs: Math.ceil(Math.min(endMs + roomMs, nowMs)),
  };
}

function ordinal(count: number): string {
  const [tens, ones] = [count % 100, count % 10];
  if (tens >= 11 && tens <= 13) return `${count}th`;
  return `${count}${ones === 1 ? 'st' : ones === 2 ? 'nd' : ones === 3 ? 'rd' : 'th'}`;
}
