/** How what the broker keeps is written down: one record for each message, subscription and session. */
import { BothyError, type RetainedVersion } from '@bothy/wire';
import type { Subscription } from 'aedes';
import type { StoredPacket } from 'aedes-persistence/asyncPersistence.js';
import * as z from 'zod/mini';
import type { Kept } from './session-journal.ts';

const qosSchema = z.union([z.literal(0), z.literal(1), z.literal(2)]);
const packetSchema = z.object({
  cmd: z.enum(['publish', 'pubrel']),
  topic: z.string(),
  qos: qosSchema,
  retain: z.boolean(),
  brokerId: z.optional(z.string()),
  brokerCounter: z.optional(z.number()),
  messageId: z.optional(z.number()),
  clientId: z.optional(z.string()),
});
/** Of a state that a bridge knows: which one it is. */
const versionSchema = z.object({
  boot: z.string(),
  connection: z.int(),
  stamp: z.object({ ms: z.int(), counter: z.int() }),
  origin: z.string(),
});
const retainedSchema = z.extend(packetSchema, {
  version: z.optional(versionSchema),
  retired: z.optional(z.boolean()),
});
const waitingSchema = z.extend(packetSchema, { clientId: z.string(), order: z.number() });
const sentSchema = z.extend(packetSchema, { clientId: z.string() });
const sessionSchema = z.object({ clientId: z.string(), awaySinceMs: z.number() });
const subscriptionSchema = z.object({ clientId: z.string(), topic: z.string(), qos: qosSchema });
const clockSchema = z.object({ ranMs: z.number() });

export function packetHeader(packet: StoredPacket): Record<string, unknown> {
  const { cmd, topic, qos, retain, brokerId, brokerCounter, messageId } = packet as Partial<StoredPacket> & {
    messageId?: number;
  };
  // A last will comes from its CONNECT and says no command of its own.
  return { cmd: cmd ?? 'publish', topic, qos, retain, brokerId, brokerCounter, messageId };
}

/** What waits for a client, as the journal takes it. */
export function waitingRecord(
  clientId: string,
  order: number,
  packet: StoredPacket,
): [kind: 'waiting', key: string, header: unknown, payload: Uint8Array] {
  const header = { ...packetHeader(packet), clientId, order };
  return ['waiting', keyOf(clientId, order), header, packet.payload as Buffer];
}

/** A key of several parts, none of which can be mistaken for another. */
export function keyOf(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts);
}

/** A retained message, with its version if there was a bridge. An empty payload: its topic was cleared. */
export function toRetained(kept: Kept): {
  readonly packet: StoredPacket;
  readonly version: RetainedVersion | undefined;
  readonly retired: boolean;
} {
  const { version, retired = false, ...rest } = read(retainedSchema, kept);
  return { packet: asPacket(rest, kept), version, retired };
}

export function toSent(kept: Kept): { readonly clientId: string; readonly packet: StoredPacket } {
  const { clientId, ...rest } = read(sentSchema, kept);
  return { clientId, packet: asPacket(rest, kept) };
}

export function toWaiting(kept: Kept): {
  readonly clientId: string;
  readonly order: number;
  readonly packet: StoredPacket;
} {
  const { clientId, order, ...rest } = read(waitingSchema, kept);
  return { clientId, order, packet: asPacket(rest, kept) };
}

export function toSession(kept: Kept): { readonly clientId: string; readonly awaySinceMs: number } {
  return read(sessionSchema, kept);
}

export function toSubscription(kept: Kept): {
  readonly clientId: string;
  readonly subscription: Subscription;
} {
  const { clientId, topic, qos } = read(subscriptionSchema, kept);
  return { clientId, subscription: { topic, qos } };
}

export function toRanMs(kept: Kept): number {
  return read(clockSchema, kept).ranMs;
}

/** Aedes takes the type apart by `cmd` nowhere, so that a release is kept as the publish it stands for. */
function asPacket(header: z.infer<typeof packetSchema>, { payload }: Kept): StoredPacket {
  return { ...header, dup: false, payload: Buffer.from(payload) } as StoredPacket;
}

function read<T>(schema: z.ZodMiniType<T>, { kind, header }: Kept): T {
  let json: unknown;
  try {
    json = JSON.parse(header);
  } catch (cause) {
    throw corrupt(kind, cause);
  }
  const result = schema.safeParse(json);
  if (!result.success) throw corrupt(kind, result.error);
  return result.data;
}

function corrupt(kind: string, cause: unknown): BothyError {
  const advice = 'Move broker.sqlite away, or put a copy from a backup in its place, and start again.';
  return new BothyError('database_corrupt', `The broker’s database holds a ${kind} that is none. ${advice}`, {
    cause,
  });
}
