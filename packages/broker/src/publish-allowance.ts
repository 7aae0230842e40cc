/** How much one client may publish: two token buckets, which fill with time and are emptied by messages and bytes. */
import { TokenBucket } from '@bothy/protocols';
import { limits } from '@bothy/wire';

export interface PublishRate {
  readonly messagesPerSecond: number;
  /** Messages at once, after a rest. */
  readonly messagesBurst: number;
  readonly bytesPerSecond: number;
  /** Bytes of payload at once, after a rest. */
  readonly bytesBurst: number;
}

/** A sensor hub of hundreds of sensors, and an outbox that is emptied after an outage, stay well below. */
export const defaultPublishRate: PublishRate = {
  messagesPerSecond: 1_000,
  messagesBurst: 10_000,
  bytesPerSecond: 4 * 1024 * 1024,
  bytesBurst: 64 * 1024 * 1024,
};

/** So many messages a second for long, ten times as many after a rest, and bytes in proportion. */
export function publishRate(messagesPerSecond: number): PublishRate {
  const share = messagesPerSecond / defaultPublishRate.messagesPerSecond;
  const { messagesBurst, bytesPerSecond, bytesBurst } = defaultPublishRate;
  return {
    messagesPerSecond,
    messagesBurst: messagesBurst * share,
    bytesPerSecond: bytesPerSecond * share,
    // The largest payload passes at any rate.
    bytesBurst: Math.max(bytesBurst * share, limits.envelopeBytes),
  };
}

export class PublishAllowance {
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;

  constructor(rate: PublishRate, nowMs: number) {
    this.#messages = new TokenBucket({ burst: rate.messagesBurst, perSecond: rate.messagesPerSecond }, nowMs);
    this.#bytes = new TokenBucket({ burst: rate.bytesBurst, perSecond: rate.bytesPerSecond }, nowMs);
  }

  /** Takes one message out; false when it is more than may be now, and nothing is taken. */
  take(sizeBytes: number, nowMs: number): boolean {
    return (
      this.#messages.holds(1, nowMs) && this.#bytes.take(sizeBytes, nowMs) && this.#messages.take(1, nowMs)
    );
  }
}
