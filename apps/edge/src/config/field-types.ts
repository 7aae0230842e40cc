/** The values of fields in the configuration of an edge. Each says in words what it must be. */
import { parseDuration } from '@bothy/telemetry/edge-core';
import { telemetryLimits, telemetryNamePattern } from '@bothy/wire';
import * as z from 'zod/mini';

export const name = z
  .string('must be a name of letters, digits, "_", "." and "-"')
  .check(z.regex(telemetryNamePattern, 'must be a name of letters, digits, "_", "." and "-", 64 at most'));

export const filePath = z.string('must be a path').check(z.minLength(1, 'must be a path'));

/** `5s`, `1m30s`, `250ms`; a bare number is seconds. In milliseconds. */
export function duration(leastMs: number, mostMs: number, words: string): z.ZodMiniType<number> {
  const wanted = `must be a time such as ${words}`;
  return z.pipe(
    z.union([z.string(), z.number()], wanted),
    z.transform((value, context) => {
      const ms = typeof value === 'number' ? value * 1_000 : parseDuration(value.trim());
      if (ms !== undefined && ms >= leastMs && ms <= mostMs) return Math.round(ms);
      const range =
        ms === undefined || !Number.isFinite(ms) ? '' : `, from ${leastMs} ms to ${mostMs / 1_000} s`;
      context.issues.push({ code: 'custom', message: `${wanted}${range}`, input: value });
      return z.NEVER;
    }),
  );
}

const { largestValue } = telemetryLimits;
export const number = z
  .number('must be a number')
  .check(
    z.gte(-largestValue, `must be from -${largestValue} to ${largestValue}`),
    z.lte(largestValue, `must be from -${largestValue} to ${largestValue}`),
  );

export function numberFrom(least: number, most: number): z.ZodMiniType<number> {
  const wanted = `must be a number from ${least} to ${most}`;
  return z.number(wanted).check(z.gte(least, wanted), z.lte(most, wanted));
}

export function wholeFrom(least: number, most: number): z.ZodMiniType<number> {
  const wanted = `must be a whole number from ${least} to ${most}`;
  return z.number(wanted).check(z.int(wanted), z.gte(least, wanted), z.lte(most, wanted));
}

export const yesOrNo = z.boolean('must be true or false');

export function text(most: number): z.ZodMiniType<string> {
  const wanted = `must be a text of 1 to ${most} characters`;
  return z.string(wanted).check(z.minLength(1, wanted), z.maxLength(most, wanted));
}

/** A text that `test` finds nothing wrong with. */
export function textThat(wanted: string, test: (text: string) => boolean): z.ZodMiniType<string> {
  return z.string(wanted).check(z.maxLength(2_048, wanted), z.refine(test, wanted));
}
