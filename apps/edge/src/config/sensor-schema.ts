/** One entry of `sensors`: what is common to all kinds, and what each kind needs. */
import { knownUnits, mostSmoothed, tableProblem, unitConversion } from '@bothy/telemetry/calibration';
import { hostMeasures, parseJsonPath, simulatedProfiles } from '@bothy/telemetry/drivers/sensors';
import { edgeLimits, telemetryLimits } from '@bothy/wire';
import * as z from 'zod/mini';
import {
  duration,
  filePath,
  name,
  number,
  numberFrom,
  text,
  textThat,
  wholeFrom,
  yesOrNo,
} from './field-types.ts';

const { shortestIntervalMs, longestIntervalMs } = edgeLimits;
const unit = text(telemetryLimits.unitChars);
const jsonPath = textThat(
  'must be a path such as main.temp or sensors[0].value',
  (each) => parseJsonPath(each) !== undefined,
);

const smooth = z.union(
  [
    z.strictObject({ mean: wholeFrom(2, mostSmoothed) }),
    z.strictObject({ median: wholeFrom(2, mostSmoothed) }),
    z.strictObject({ exponential: duration(100, 86_400_000, '30s') }),
  ],
  `must be one of {mean: 5}, {median: 5} (2 to ${mostSmoothed} readings) or {exponential: 30s} (its half-life)`,
);

const table = z
  .array(z.tuple([number, number], 'must be two numbers: [raw, true]'), 'must be a list of [raw, true]')
  .check(
    z.maxLength(100, 'must have 100 points at most'),
    z.check((payload) => {
      const problem = tableProblem(payload.value);
      if (problem === undefined) return;
      payload.issues.push({ code: 'custom', message: problem, input: payload.value });
    }),
  );

/** What every kind may have. */
const common = {
  name,
  interval: z.optional(duration(shortestIntervalMs, longestIntervalMs, '5s or 1m30s')),
  timeout: z.optional(duration(100, 300_000, '5s')),
  unit: z.optional(unit),
  from: z.optional(unit),
  table: z.optional(table),
  gain: z.optional(number),
  offset: z.optional(number),
  smooth: z.optional(smooth),
  digits: z.optional(wholeFrom(0, 9)),
  alone: z.optional(yesOrNo),
} as const;

const column = z.union(
  [text(200), wholeFrom(1, 1_000)],
  'must be the name of a column, or its number from 1',
);

export const sensorSchemas = {
  simulated: z.strictObject({
    kind: z.literal('simulated'),
    ...common,
    profile: z.optional(z.enum(simulatedProfiles, `must be one of ${simulatedProfiles.join(', ')}`)),
    seed: z.optional(text(200)),
    mean: z.optional(number),
    swing: z.optional(number),
    noise: z.optional(numberFrom(0, 1e9)),
  }),
  host: z.strictObject({
    kind: z.literal('host'),
    ...common,
    measure: z.optional(z.enum(hostMeasures, `must be one of ${hostMeasures.join(', ')}`)),
    path: z.optional(filePath),
    root: z.optional(filePath),
  }),
  file: z.strictObject({
    kind: z.literal('file'),
    ...common,
    path: filePath,
    column: z.optional(column),
    time: z.optional(column),
    speed: z.optional(numberFrom(0.001, 1e6)),
    loop: z.optional(yesOrNo),
  }),
  http: z.strictObject({
    kind: z.literal('http'),
    ...common,
    url: textThat('must be a URL that begins with http:// or https://', (each) => {
      const url = URL.parse(each);
      return url !== null && /^https?:$/.test(url.protocol);
    }),
    path: z.optional(jsonPath),
    headers: z.optional(z.record(text(100), text(2_000), 'must be names and texts')),
    ca: z.optional(filePath),
  }),
  command: z.strictObject({
    kind: z.literal('command'),
    ...common,
    command: z
      .array(z.string('must be a text'), 'must be a list: a program and its arguments')
      .check(
        z.minLength(1, 'must be a list: a program and its arguments'),
        z.maxLength(100, 'has too many words'),
      ),
    path: z.optional(jsonPath),
    match: z.optional(
      textThat('must be a regular expression with one group, such as temp=([0-9.]+)', isOneGroup),
    ),
  }),
  'linux-iio': z.strictObject({
    kind: z.literal('linux-iio'),
    ...common,
    device: text(100),
    channel: textThat('must be a channel such as temp or voltage0', (each) =>
      /^[a-z0-9_]+(-[a-z0-9_]+)?$/.test(each),
    ),
    root: z.optional(filePath),
  }),
  hwmon: z.strictObject({
    kind: z.literal('hwmon'),
    ...common,
    chip: text(100),
    input: text(100),
    root: z.optional(filePath),
  }),
} as const;

const kinds = Object.keys(sensorSchemas);

export const sensorSchema = z
  .discriminatedUnion(
    'kind',
    [
      sensorSchemas.simulated,
      sensorSchemas.host,
      sensorSchemas.file,
      sensorSchemas.http,
      sensorSchemas.command,
      sensorSchemas['linux-iio'],
      sensorSchemas.hwmon,
    ],
    `must be one of ${kinds.join(', ')}`,
  )
  .check(
    z.check(({ value, issues }) => {
      const { from, unit: to } = value;
      if (from === undefined || to === undefined || unitConversion(from, to) !== undefined) return;
      const isKnown = knownUnits.includes(from) && knownUnits.includes(to);
      const message = isKnown
        ? `${from} cannot become ${to}`
        : `only these can be converted: ${knownUnits.join(' ')}`;
      issues.push({ code: 'custom', message, input: to, path: ['unit'] });
    }),
  );

export type SensorEntry = z.output<typeof sensorSchema>;

function isOneGroup(pattern: string): boolean {
  try {
    // Matching the empty text, the result has as many places as there are groups.
    return new RegExp(`${pattern}|`).exec('')?.length === 2;
  } catch {
    return false;
  }
}
