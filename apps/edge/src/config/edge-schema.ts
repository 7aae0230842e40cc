/** The configuration of an edge as YAML: `edge.yaml`. Its reference is docs/reference/edge.md. */
import { edgeLimits, ruleLimits } from '@bothy/wire';
import * as z from 'zod/mini';
import { filePath, name, text, textThat, wholeFrom } from './field-types.ts';
import { sensorSchema } from './sensor-schema.ts';

export const edgeLogLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type EdgeLogLevel = (typeof edgeLogLevels)[number];

const brokerUrl = textThat(
  'must be a URL such as mqtt://127.0.0.1:1883 (or mqtts://, ws://, wss://)',
  (each) => {
    const url = URL.parse(each);
    return (
      url !== null && /^(mqtts?|wss?):$/.test(url.protocol) && url.hostname !== '' && url.username === ''
    );
  },
);

export const edgeSchema = z.strictObject(
  {
    id: z.optional(name),
    broker: z.optional(brokerUrl),
    credentials: z.optional(filePath),
    username: z.optional(text(200)),
    password: z.optional(text(1_000)),
    ca: z.optional(filePath),
    data: z.optional(filePath),
    log: z.optional(z.enum(edgeLogLevels, `must be one of ${edgeLogLevels.join(', ')}`)),
    sensors: z.optional(
      z.array(sensorSchema, 'must be a list of sensors').check(
        z.maxLength(edgeLimits.sensors, `must be ${edgeLimits.sensors} sensors at most`),
        z.check(({ value, issues }) => {
          const names = value.map((sensor) => sensor.name);
          const twice = names.findIndex((each, at) => names.indexOf(each) < at);
          if (twice === -1) return;
          const message = `is the name of another sensor already: ${names[twice]}`;
          issues.push({ code: 'custom', message, input: names[twice], path: [twice, 'name'] });
        }),
      ),
    ),
    rules: z.optional(
      z
        .array(text(ruleLimits.textChars), 'must be a list of rules, each a text')
        .check(z.maxLength(ruleLimits.rules, `must be ${ruleLimits.rules} rules at most`)),
    ),
    outbox: z.optional(
      z.strictObject(
        {
          readings: z.optional(wholeFrom(1, 100_000_000)),
          megabytes: z.optional(wholeFrom(1, 100_000)),
          drainPerSecond: z.optional(wholeFrom(1, 100_000)),
        },
        'must be settings: readings, megabytes, drainPerSecond',
      ),
    ),
  },
  'must be settings, one a line: "id: greenhouse-1"',
);

export type EdgeFile = z.output<typeof edgeSchema>;

/** What enrolment leaves behind: who the edge is, and where it speaks. */
export const credentialsSchema = z.object({
  edge: name,
  secret: text(1_000),
  url: brokerUrl,
  /** PEM. */
  ca: z.optional(z.nullable(z.string())),
});
