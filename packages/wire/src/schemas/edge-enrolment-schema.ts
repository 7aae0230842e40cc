/** The enrolment of an edge, as another node states it. */
import * as z from 'zod/mini';
import type { EdgeEnrolment } from '../telemetry/edge-enrolment.ts';
import { telemetryNamePattern } from '../telemetry/reading.ts';
import { base64Url32, type Parsed, parseJson, textLike, textUpTo, wholeNumber } from './parse.ts';

const schema: z.ZodMiniType<EdgeEnrolment> = z.object({
  v: z.literal(1),
  edge: textLike(telemetryNamePattern),
  hash: z.nullable(base64Url32),
  atMs: wholeNumber(0),
  by: textUpTo(63),
});

export function parseEdgeEnrolment(text: string): Parsed<EdgeEnrolment> {
  return parseJson(schema, text, 1024);
}
