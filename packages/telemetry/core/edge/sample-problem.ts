/** What the home would refuse is refused here, where it can be said to who runs the sensor. Rule TO3 in SPEC.md. */
import { telemetryLimits, telemetryNamePattern } from '@bothy/wire';
import type { EdgeInput } from './messages.ts';

type Sampled = Extract<EdgeInput, { readonly kind: 'sampled' }>;

/** A sentence, or undefined. */
export function sampleProblem({
  sensor,
  value,
  stampMs,
  unit = '',
  quality = '',
}: Sampled): string | undefined {
  const { largestValue, unitChars, qualityChars } = telemetryLimits;
  if (!telemetryNamePattern.test(sensor)) return `"${sensor.slice(0, 80)}" is no name of a sensor.`;
  if (!(Math.abs(value) <= largestValue)) return `${sensor} gave ${value}, which is no value.`;
  if (!(stampMs >= 0 && stampMs <= 8.64e15)) return `${sensor} gave a value without a time.`;
  if (unit.length > unitChars) return `The unit of ${sensor} has more than ${unitChars} characters.`;
  if (quality.length > qualityChars)
    return `The quality of ${sensor} has more than ${qualityChars} characters.`;
  return undefined;
}
