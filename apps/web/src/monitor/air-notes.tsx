import {
  comfortHint,
  meanOfHours,
  placed,
  scalesFor,
  sensorWords,
  spanWords,
  valueWords,
} from '@bothy/telemetry/views';
import { type LiveSensor, sensorKey } from '@bothy/wire';
import { useEffect, useState } from 'react';
import { useMonitor } from './monitor-context.ts';

const dayMs = 86_400_000;
type DayMean = { readonly mean: number; readonly coveredMs: number };

/** What the values mean for people, and who says so. */
export function AirNotes({ sensors }: { sensors: readonly LiveSensor[] }) {
  const spoken = sensors.filter(
    ({ sensor, unit, value }) =>
      value !== null &&
      (scalesFor(sensor, unit).length > 0 || comfortHint(sensor, unit, value) !== undefined),
  );
  if (spoken.length === 0) return null;
  return (
    <section className="air-notes" aria-labelledby="air-notes-title">
      <h2 id="air-notes-title">What it means for people</h2>
      <ul>
        {spoken.map((sensor) => (
          <AirNote key={sensorKey(sensor.edge, sensor.sensor)} sensor={sensor} />
        ))}
      </ul>
    </section>
  );
}

function AirNote({ sensor }: { sensor: LiveSensor }) {
  const { edge, sensor: name, unit, value } = sensor;
  const scales = scalesFor(name, unit);
  const day = useDayMean(
    sensor,
    scales.some(({ averageMs }) => averageMs > 0),
  );
  if (value === null) return null;
  const hint = comfortHint(name, unit, value);
  return (
    <li>
      <p>
        <strong>{sensorWords(name)}</strong> <span className="hint">{edge}</span>
      </p>
      {hint !== undefined && (
        <p>
          <span className={`band band-${hint.tone}`} aria-hidden="true" />
          {hint.words} <cite className="hint">{hint.source}</cite>
        </p>
      )}
      {scales.map((scale) => {
        const place = placed(scale, value, day);
        return (
          <p key={scale.source}>
            {place.kind === 'placed' ? (
              <>
                <span className={`band band-${place.band.tone}`} aria-hidden="true" />
                {scale.title}: {valueWords(place.value)} {scale.unit}, {place.band.words}.
              </>
            ) : (
              <>
                <span className="band" aria-hidden="true" />
                {scale.title}: it is defined for the mean of a day, of which{' '}
                {place.coveredMs === 0 ? 'nothing is known' : `${spanWords(place.coveredMs)} are known`} so
                far.
              </>
            )}{' '}
            <cite className="hint">{scale.source}</cite>
          </p>
        );
      })}
    </li>
  );
}

/** The mean of the last day, asked for once in a while and only where a scale wants it. */
function useDayMean({ edge, sensor }: LiveSensor, isWanted: boolean): DayMean | undefined {
  const { client, session } = useMonitor();
  const [mean, setMean] = useState<DayMean>();
  useEffect(() => {
    if (!isWanted) return;
    let shown = true;
    async function read(): Promise<void> {
      const nowMs = session.nowMs();
      const question = { sensors: [sensorKey(edge, sensor)], fromMs: nowMs - dayMs, toMs: nowMs, points: 60 };
      const [hours] = await client.series({ ...question, resolution: '1h' });
      if (shown && hours !== undefined) setMean(meanOfHours(hours, nowMs));
    }
    read().catch(() => {});
    const timer = setInterval(() => void read().catch(() => {}), 300_000);
    return () => {
      shown = false;
      clearInterval(timer);
    };
  }, [client, session, edge, sensor, isWanted]);
  return mean;
}
