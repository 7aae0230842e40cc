import {
  agoWords,
  bandOf,
  comfortHint,
  scalesFor,
  sensorHealth,
  sensorWords,
  severityAt,
  severityWords,
  thresholdsOf,
  valueWords,
} from '@bothy/telemetry/views';
import { type LiveSensor, type Rule, type SensorStatus, sensorKey } from '@bothy/wire';
import { memo } from 'react';
import { monitorHash } from './monitor-route.ts';
import { Sparkline } from './sparkline.tsx';

interface SensorCardProps {
  readonly sensor: LiveSensor;
  /** What its edge says of it. */
  readonly status: SensorStatus | undefined;
  readonly rules: readonly Rule[];
  /** By the node's clock, in whole seconds, so that a card is drawn again only when something changes. */
  readonly nowMs: number;
  /** No node answers: ages would count on as if they were of this moment. */
  readonly isAway: boolean;
}

const lastKnown = { tone: 'away', short: 'last known', sentence: 'No node tells more now.' } as const;

/** One sensor: what it says, how that was, and whether it is well. Leads to its chart. */
export const SensorCard = memo(function SensorCard({
  sensor,
  status,
  rules,
  nowMs,
  isAway,
}: SensorCardProps) {
  const { edge, sensor: name, unit, value, recent } = sensor;
  const health = isAway ? lastKnown : sensorHealth(sensor, status, nowMs);
  const severity = value === null || isAway ? undefined : severityAt(value, thresholdsOf(rules, edge, name));
  // Of what was long ago nobody is warm or cold.
  const remark = value === null || health.tone !== 'good' ? undefined : remarkOn(name, unit, value);
  const href = monitorHash({
    page: 'chart',
    sensors: [sensorKey(edge, name)],
    window: { kind: 'live', spanMs: 900_000 },
  });
  const age = sensor.heardMs === null ? '' : agoWords(nowMs - sensor.heardMs);
  return (
    <li className={`sensor-card${severity === undefined ? '' : ` severity-${severity}`}`}>
      <a className="sensor-link" href={href}>
        <span className="sensor-name">{sensorWords(name)}</span>
        <span className="visually-hidden"> of {edge}</span>
      </a>
      <p className="sensor-value">
        <span className="sensor-figure">
          {value === null
            ? '–'
            : valueWords(
                value,
                recent.map(([, each]) => each),
              )}
        </span>{' '}
        <span className="sensor-unit">{unit ?? ''}</span>
      </p>
      <Sparkline recent={recent} />
      <p className={`sensor-state tone-${health.tone}`} title={health.sentence}>
        <span className="tone-dot" aria-hidden="true" />
        {health.short}
        <span className="hint">{isAway || age === '' ? '' : ` · ${age}`}</span>
      </p>
      {severity !== undefined ? (
        <p className={`sensor-remark remark-${severity}`}>{severityWords[severity]}: beyond its limit</p>
      ) : (
        remark !== undefined && (
          <p className="sensor-remark" title={remark.source}>
            {remark.words}
          </p>
        )
      )}
    </li>
  );
});

/** What a moment may be said to be. Scales of a day are for the chart, which has the day. */
function remarkOn(
  name: string,
  unit: string | undefined,
  value: number,
): { readonly words: string; readonly source: string } | undefined {
  const scale = scalesFor(name, unit).find(({ averageMs }) => averageMs === 0);
  if (scale !== undefined) return { words: capital(bandOf(scale, value).words), source: scale.source };
  return comfortHint(name, unit, value);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
