import {
  agoWords,
  bytesWords,
  clockWords,
  countLines,
  countWords,
  edgeHealth,
  sensorHealth,
  sensorWords,
  spanWords,
  valueWords,
} from '@bothy/telemetry/views';
import { type LiveEdge, type LiveSensor, sensorKey } from '@bothy/wire';
import { EdgeCare } from './edge-care.tsx';
import { EdgeFaults } from './edge-faults.tsx';
import { useNodeClock, useTelemetry } from './monitor-context.ts';
import { monitorHash } from './monitor-route.ts';
import { momentWords } from './time-labels.ts';

/** One edge: how it does, what it has not handed over yet, and what was wrong with what came. */
export function EdgePage({ edge: id }: { edge: string }) {
  const { view } = useTelemetry();
  const nowMs = useNodeClock(1_000);
  const edge = view?.edges.get(id);
  const sensors = [...(view?.sensors.values() ?? [])]
    .filter((each) => each.edge === id)
    .toSorted((a, b) => (a.sensor < b.sensor ? -1 : 1));
  const back = (
    <a className="monitor-back" href={monitorHash({ page: 'overview' })}>
      All edges
    </a>
  );
  if (edge === undefined && sensors.length === 0) {
    return (
      <section className="edge-page" aria-label="Edge">
        {back}
        <p className="hint" role="status">
          No edge {id} is known here. It appears by itself when it speaks.
        </p>
      </section>
    );
  }
  return (
    <section className="edge-page" aria-labelledby="edge-title">
      {back}
      <header className="edge-page-head">
        <h2 id="edge-title">{id}</h2>
        {edge !== undefined && <EdgeState edge={edge} nowMs={nowMs} />}
      </header>
      {edge !== undefined && (
        <>
          <EdgeFacts edge={edge} />
          <EdgeCounts edge={edge} />
        </>
      )}
      <EdgeSensors sensors={sensors} edge={edge} nowMs={nowMs} />
      {edge !== undefined && <EdgeFaults edge={edge} />}
      {edge !== undefined && <EdgeCare edge={edge} />}
    </section>
  );
}

function EdgeState({ edge, nowMs }: { edge: LiveEdge; nowMs: number }) {
  const health = edgeHealth(edge, nowMs);
  return (
    <p className={`tone-${health.tone}`} role="status">
      <span className="tone-dot" aria-hidden="true" />
      {health.short}
      <span className="hint"> · {health.sentence}</span>
    </p>
  );
}

function EdgeFacts({ edge: { kind, home, status, counts, enrolled } }: { edge: LiveEdge }) {
  const { outbox, resources, clock } = status ?? {};
  const facts: readonly (readonly [string, string])[] = [
    ['Home node', home ?? 'not known'],
    ['Kept on its disk', outboxWords(outbox)],
    ['Its clock', clockWords(clock)],
    ['From reading to store', counts.delayMs === null ? 'not known' : `${Math.round(counts.delayMs)} ms`],
    [
      'Uses',
      resources === undefined
        ? 'not said'
        : `${resources.cpuPercent.toFixed(1)} % of a core, ${bytesWords(resources.memoryBytes)}, loop late by ${resources.loopDelayMs.toFixed(1)} ms`,
    ],
    ['Version', status?.version ?? 'not said'],
    [
      'Running since',
      status?.startedAt === undefined ? 'not said' : momentWords(Date.parse(status.startedAt)),
    ],
    ['Credentials', enrolled ? 'its own' : 'none: anybody on this machine may speak as it'],
  ];
  const shown =
    kind === 'plain' ? facts.filter(([title]) => ['Home node', 'Credentials'].includes(title)) : facts;
  return (
    <dl className="edge-facts">
      {shown.map(([title, words]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}

type Outbox = NonNullable<NonNullable<LiveEdge['status']>['outbox']>;

function outboxWords(outbox: Outbox | undefined): string {
  if (outbox === undefined) return 'not said';
  const dropped =
    outbox.dropped === 0 ? '' : `; ${countWords(outbox.dropped, 'reading')} given up because it was full`;
  if (outbox.waiting === 0) return `nothing waits${dropped}`;
  const oldest =
    outbox.oldest === undefined ? '' : `, the first of ${momentWords(Date.parse(outbox.oldest))}`;
  return `${countWords(outbox.waiting, 'reading')} (${bytesWords(outbox.bytes)}) wait to be stored${oldest}${dropped}`;
}

function EdgeCounts({ edge }: { edge: LiveEdge }) {
  const { lastRefused } = edge.counts;
  return (
    <section aria-labelledby="edge-counts">
      <h3 id="edge-counts">What came of it</h3>
      <ul className="count-tiles">
        {countLines(edge).map(({ title, count, about, tone }) => (
          <li key={title} className={`count-tile count-${tone}`}>
            <span className="count-figure">{valueWords(count)}</span>
            <strong>{title}</strong>
            <span className="hint">{about}</span>
          </li>
        ))}
      </ul>
      {lastRefused !== undefined && (
        <div className="refused">
          <p>
            The last that was refused, {momentWords(lastRefused.atMs)}: {lastRefused.reason}
          </p>
          <pre>{lastRefused.example}</pre>
        </div>
      )}
    </section>
  );
}

function EdgeSensors({
  sensors,
  edge,
  nowMs,
}: {
  sensors: readonly LiveSensor[];
  edge: LiveEdge | undefined;
  nowMs: number;
}) {
  return (
    <section aria-labelledby="edge-sensors">
      <h3 id="edge-sensors">Sensors</h3>
      {sensors.length > 0 && (
        <a
          className="button small"
          href={monitorHash({
            page: 'chart',
            sensors: sensors.slice(0, 4).map(({ edge: id, sensor }) => sensorKey(id, sensor)),
            window: { kind: 'live', spanMs: 900_000 },
          })}
        >
          See them in a chart
        </a>
      )}
      <div className="line-table-frame">
        <table className="line-table">
          <thead>
            <tr>
              <th scope="col">Sensor</th>
              <th scope="col">Value</th>
              <th scope="col">State</th>
              <th scope="col">Every</th>
              <th scope="col">Kind</th>
            </tr>
          </thead>
          <tbody>
            {sensors.map((sensor) => {
              const status = edge?.status?.sensors?.find((each) => each.sensor === sensor.sensor);
              const health = sensorHealth(sensor, status, nowMs);
              return (
                <tr key={sensor.sensor}>
                  <th scope="row">
                    <a
                      href={monitorHash({
                        page: 'chart',
                        sensors: [sensorKey(sensor.edge, sensor.sensor)],
                        window: { kind: 'live', spanMs: 900_000 },
                      })}
                    >
                      {sensorWords(sensor.sensor)}
                    </a>
                  </th>
                  <td className="line-now">
                    {sensor.value === null ? '–' : valueWords(sensor.value, recentValues(sensor))}{' '}
                    <span className="hint">{sensor.unit ?? ''}</span>
                  </td>
                  <td className={`tone-${health.tone}`} title={health.sentence}>
                    <span className="tone-dot" aria-hidden="true" />
                    {health.short}
                    {sensor.heardMs !== null && (
                      <span className="hint"> · {agoWords(nowMs - sensor.heardMs)}</span>
                    )}
                  </td>
                  <td>{status === undefined ? '–' : everyWords(status.intervalMs)}</td>
                  <td>{status?.kind ?? '–'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function recentValues({ recent }: LiveSensor): readonly number[] {
  return recent.map(([, value]) => value);
}

function everyWords(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : spanWords(ms);
}
