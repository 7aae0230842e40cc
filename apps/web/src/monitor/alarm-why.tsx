import type { Explanation } from '@bothy/telemetry/core';
import { spanWords, valueWords } from '@bothy/telemetry/views';
import { momentWords } from './time-labels.ts';
import { whyLayout, whySizePx } from './why-layout.ts';

interface AlarmWhyProps {
  readonly why: Explanation;
  readonly nowMs: number;
  readonly unit: string;
}

const phaseWords = {
  idle: 'at rest',
  pending: 'holds, and waits for its time',
  firing: 'fires',
  clearing: 'holds no more, and waits to end',
} as const;

/** Why the rule fires: what it asked, what it saw, and how it came to that. */
export function AlarmWhy({ why, nowMs, unit }: AlarmWhyProps) {
  return (
    <section className="alarm-why" aria-labelledby="alarm-why">
      <h3 id="alarm-why">Why</h3>
      <p>{why.sentence}</p>
      <p>
        <code className="rule-text">{why.text}</code>
      </p>
      {why.conditions.map((condition, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule's conditions have their place and no name
        <figure key={at} className="why-condition">
          <figcaption>
            <span className={`why-holds ${condition.holds === true ? 'is-so' : ''}`}>
              {condition.holds === null ? 'Not known' : condition.holds ? 'Holds' : 'Does not hold'}
            </span>{' '}
            {condition.finding}
          </figcaption>
          <WhyPicture condition={condition} transitions={why.transitions} />
          <table className="visually-hidden">
            <caption>The readings that it saw last; it asks for: {condition.demand}</caption>
            <tbody>
              {condition.samples.map(({ stampMs, value }, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two readings may have one stamp
                <tr key={place}>
                  <th scope="row">{momentWords(stampMs)}</th>
                  <td>
                    {valueWords(value, [0.5])} {unit}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </figure>
      ))}
      {why.transitions.length > 0 && (
        <ol className="why-transitions" aria-label="How the rule came to it, the latest first">
          {why.transitions
            .slice(-6)
            .toReversed()
            .map(({ to, wallMs, value }) => (
              <li key={`${wallMs} ${to}`}>
                <time dateTime={new Date(wallMs).toISOString()}>{momentWords(wallMs)}</time> {phaseWords[to]}
                {value !== null && (
                  <span className="hint">
                    {' '}
                    at {valueWords(value, [0.5])} {unit}
                  </span>
                )}
                <span className="hint"> · {spanWords(nowMs - wallMs)} ago</span>
              </li>
            ))}
        </ol>
      )}
    </section>
  );
}

function WhyPicture({
  condition,
  transitions,
}: {
  condition: Explanation['conditions'][number];
  transitions: Explanation['transitions'];
}) {
  const layout = whyLayout(condition, transitions);
  if (layout === undefined) return null;
  const { width, height } = whySizePx;
  const { points, limits } = layout;
  const line = points
    .map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join('');
  return (
    <>
      <svg className="why-picture" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {layout.transitions.map(({ x, to }) => (
          <path key={`${x} ${to}`} className={`why-turn turn-${to}`} d={`M${x} 0V${height}`} />
        ))}
        {limits.map(({ y, kind, value }) => (
          <g key={kind} className={`why-${kind}`}>
            <path d={`M0 ${y}H${width}`} />
            <text x={width - 4} y={y < 16 ? y + 12 : y - 4} textAnchor="end">
              {kind === 'until' ? `ends at ${value}` : `limit ${value}`}
            </text>
          </g>
        ))}
        <path className="why-line" d={line} />
        {points.map(({ x, y, isBeyond }) => (
          <circle
            key={`${x} ${y}`}
            className={isBeyond ? 'why-point is-beyond' : 'why-point'}
            cx={x}
            cy={y}
            r={3.5}
          />
        ))}
      </svg>
      <p className="why-times hint" aria-hidden="true">
        <span>{momentWords(layout.fromMs)}</span>
        <span>{momentWords(layout.toMs)}</span>
      </p>
    </>
  );
}
