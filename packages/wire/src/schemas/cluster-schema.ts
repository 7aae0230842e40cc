/** Shapes of what nodes send each other about MQTT. A node with another version is bad input like any other. */
import * as z from 'zod/mini';
import type { BridgeMessage, RetainedVersion } from '../cluster/bridge-message.ts';
import { bootPattern } from '../ids.ts';
import { limits } from '../limits.ts';
import { nodeIdPattern } from '../rooms/room-entry.ts';
import { type Parsed, textLike, wholeNumber } from './parse.ts';

const node = textLike(nodeIdPattern);
const stamp = z.object({ ms: wholeNumber(0), counter: wholeNumber(0) });
const run = textLike(/^[A-Za-z0-9_-]{1,64}$/);
const noRun = z.union([run, z.literal('')]);
// What the broker takes from a client; which topics are bridged is the bridge's affair.
const clientId = z.string().check(z.minLength(1), z.maxLength(256));
const message = z.object({
  topic: z.string().check(z.minLength(1), z.maxLength(256)),
  payload: z.instanceof(Uint8Array).check(z.refine(({ length }) => length <= limits.envelopeBytes)),
  qos: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  retain: z.boolean(),
});

const version: z.ZodMiniType<RetainedVersion> = z.object({
  boot: z.union([textLike(bootPattern), z.literal('')]),
  connection: wholeNumber(0),
  stamp,
  origin: node,
});

const bridgeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), run, holds: noRun }),
  z.object({ kind: z.literal('publish'), number: wholeNumber(1), message }),
  z.object({ kind: z.literal('retained'), version, retired: z.boolean(), message }),
  z.object({ kind: z.literal('client'), clientId, since: stamp, will: z.optional(message) }),
  z.object({ kind: z.literal('clientGone'), clientId }),
  z.object({ kind: z.literal('taken'), count: wholeNumber(0) }),
]);

/** Of a message that a driver has decoded. */
export function checkBridgeMessage(decoded: unknown): Parsed<BridgeMessage> {
  const result = bridgeSchema.safeParse(decoded);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, reason: `wrong shape at ${result.error.issues[0]?.path.join('.').slice(0, 80)}` };
}
