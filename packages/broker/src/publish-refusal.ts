/** Why a publish is dropped, what counts it, and whether the log hears of it. */
import { limits } from '@bothy/wire';
import type { PublishPacket } from 'aedes';
import type { BrokerCounts } from './broker-options.ts';
import type { Visitor } from './visitor.ts';

export interface Refusal {
  readonly count: keyof BrokerCounts;
  readonly reason: string;
  /** Whether it has no line in the log. */
  readonly quiet?: boolean;
}

export const unknownClient = 'unknown client';

type Published = Pick<PublishPacket, 'topic' | 'payload'>;

/** By size and by the access rules. */
export function publishRefusal(
  visitor: Visitor | undefined,
  { topic, payload }: Published,
): Refusal | undefined {
  // Payloads of the wire are bytes.
  if (payload.length > limits.envelopeBytes) {
    return { count: 'oversizedPublishes', reason: `larger than ${limits.envelopeBytes} bytes` };
  }
  const reason = visitor === undefined ? unknownClient : visitor.publishRefusal(topic);
  return reason === undefined ? undefined : { count: 'refusedPublishes', reason };
}

/** By what the payload says. After the others, for it may have to be read. */
export function forgeryRefusal(
  visitor: Visitor | undefined,
  { topic, payload }: Published,
): Refusal | undefined {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const reason = visitor?.forgery(topic, bytes);
  return reason === undefined ? undefined : { count: 'refusedPublishes', reason };
}

/** By how much the client published of late; takes from what it may. */
export function rateRefusal(
  visitor: Visitor | undefined,
  { payload }: Published,
  nowMs: number,
): Refusal | undefined {
  const haste = visitor?.haste(payload.length, nowMs) ?? 'none';
  if (haste === 'none') return undefined;
  const reason = 'it publishes faster than one client may; further ones are counted only';
  return { count: 'hastyPublishes', reason, quiet: haste === 'further' };
}
