import { type SparkSize, sparklinePath } from '@bothy/telemetry/views';
import type { LiveSensor } from '@bothy/wire';

const size: SparkSize = { widthPx: 120, heightPx: 32 };

/** The last values of a sensor; the value itself stands beside it for who cannot see the line. */
export function Sparkline({ recent }: { recent: LiveSensor['recent'] }) {
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${size.widthPx} ${size.heightPx}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={sparklinePath(recent, size)} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
