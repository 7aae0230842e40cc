import { edgeHealth, type LiveView, sensorWords } from '@bothy/telemetry/views';
import { type EdgeId, type LiveEdge, type LiveSensor, type Rule, sensorKey } from '@bothy/wire';
import { useDeferredValue, useId, useState } from 'react';
import { FirstReading } from './first-reading.tsx';
import { useNodeClock, useRules, useTelemetry } from './monitor-context.ts';
import { monitorHash } from './monitor-route.ts';
import { Refusals } from './refusals.tsx';
import { SensorCard } from './sensor-card.tsx';

/** So many cards are drawn four times a second without a thought; the rest is a filter away. */
const mostCards = 120;

/** All edges and what they measure. */
export function OverviewPage() {
  const { view, kind } = useTelemetry();
  const rules = useRules();
  const nowMs = useNodeClock(1_000);
  const [filter, setFilter] = useState('');
  const sought = useDeferredValue(filter);
  if (view === undefined) return null;
  if (view.sensors.size === 0 && view.edges.size === 0) {
    return (
      <>
        <FirstReading />
        <Refusals />
      </>
    );
  }
  const groups = groupsOf(view, sought);
  const found = groups.reduce((sum, { sensors }) => sum + sensors.length, 0);
  let left = mostCards;
  return (
    <>
      <div className="overview-head">
        <input
          type="search"
          aria-label="Filter edges and sensors"
          placeholder="Filter by edge or sensor"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <Figures view={view} />
      </div>
      {groups.length === 0 && (
        <p className="hint" role="status">
          No edge and no sensor is called “{sought}”.
        </p>
      )}
      {groups.map(({ edge, about, sensors }) => {
        const shown = sensors.slice(0, Math.max(0, left));
        left -= shown.length;
        if (shown.length === 0 && (sensors.length > 0 || left <= 0)) return null;
        return (
          <EdgeGroup
            key={edge}
            edge={edge}
            about={about}
            sensors={shown}
            rules={rules}
            nowMs={Math.floor(nowMs / 1_000) * 1_000}
            isAway={kind !== 'live'}
          />
        );
      })}
      {found > mostCards && (
        <p className="hint" role="status">
          {mostCards} of {found} sensors are shown. Filter to find the others.
        </p>
      )}
      <Refusals />
    </>
  );
}

interface Group {
  readonly edge: EdgeId;
  readonly about: LiveEdge | undefined;
  readonly sensors: readonly LiveSensor[];
}

/** By edge, in the order of names, so that nothing moves while one looks. */
function groupsOf(view: LiveView, sought: string): readonly Group[] {
  const words = sought.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const byEdge = new Map<EdgeId, LiveSensor[]>([...view.edges.keys()].map((edge) => [edge, []]));
  for (const sensor of view.sensors.values()) {
    const list = byEdge.get(sensor.edge) ?? [];
    list.push(sensor);
    byEdge.set(sensor.edge, list);
  }
  const groups = [...byEdge].map(([edge, sensors]) => {
    const kept = sensors
      .filter(({ sensor }) => {
        const text = `${edge} ${sensor} ${sensorWords(sensor)}`.toLowerCase();
        return words.every((word) => text.includes(word));
      })
      .toSorted((a, b) => (a.sensor < b.sensor ? -1 : 1));
    return { edge, about: view.edges.get(edge), sensors: kept, hasAny: sensors.length > 0 };
  });
  return groups
    .filter(({ edge, sensors, hasAny }) => {
      return sensors.length > 0 || (!hasAny && words.every((word) => edge.toLowerCase().includes(word)));
    })
    .toSorted((a, b) => (a.edge < b.edge ? -1 : 1));
}

interface EdgeGroupProps extends Group {
  readonly rules: readonly Rule[];
  readonly nowMs: number;
  readonly isAway: boolean;
}

function EdgeGroup({ edge, about, sensors, rules, nowMs, isAway }: EdgeGroupProps) {
  const titleId = useId();
  const health = about === undefined ? undefined : edgeHealth(about, nowMs);
  return (
    <section className="edge-group" aria-labelledby={titleId}>
      <div className="edge-head">
        <h2 id={titleId}>
          <a href={monitorHash({ page: 'edge', edge })}>{edge}</a>
        </h2>
        {health !== undefined && (
          <p className={`tone-${health.tone}`} title={health.sentence}>
            <span className="tone-dot" aria-hidden="true" />
            {health.short}
          </p>
        )}
      </div>
      {sensors.length === 0 ? (
        <p className="hint">It has said nothing of a sensor yet.</p>
      ) : (
        <ul className="sensor-cards">
          {sensors.map((sensor) => (
            <SensorCard
              key={sensorKey(edge, sensor.sensor)}
              sensor={sensor}
              status={about?.status?.sensors?.find((each) => each.sensor === sensor.sensor)}
              rules={rules}
              nowMs={nowMs}
              isAway={isAway}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

/** How busy the node is with it. */
function Figures({ view }: { view: LiveView }) {
  const { readingsPerSecond, edgeDelayP99Ms, tickDelayMs } = view.figures;
  const rate = readingsPerSecond >= 10 ? Math.round(readingsPerSecond) : readingsPerSecond.toFixed(1);
  const delay = edgeDelayP99Ms === null ? '' : ` · stored within ${Math.round(edgeDelayP99Ms)} ms`;
  return (
    <p className="hint overview-figures" title={`A tick leaves the node after ${tickDelayMs.toFixed(1)} ms.`}>
      {rate} readings/s{delay} · as {view.node} hears it
    </p>
  );
}
