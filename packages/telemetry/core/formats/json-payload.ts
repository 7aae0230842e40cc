/** JSON of devices, looked at without trusting it. */
import { telemetryLimits } from '@bothy/wire';
import { formatLimits } from './device-format.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Undefined when it is too long or no JSON. */
export function jsonOf(payload: string): unknown {
  if (payload.length > formatLimits.payloadChars) return undefined;
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** Its own field: never one that all objects have. */
export function fieldOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function textField(object: JsonObject, name: string): string | undefined {
  const value = fieldOf(object, name);
  return typeof value === 'string' ? value : undefined;
}

/** A number that a reading may have. Truth is 1. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  return isNumber && Math.abs(value) <= telemetryLimits.largestValue ? value : undefined;
}

/** Decimal text, as `23.41` or `-1e3`; not `0x10`, not empty. */
export function numberOfText(text: string): number | undefined {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? numberOf(Number(text)) : undefined;
}
