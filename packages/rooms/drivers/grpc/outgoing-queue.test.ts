import { decodeMessage, encodeMessage, splitBatch } from '@bothy/wire/cluster';
import { expect, test } from 'vitest';
import { OutgoingQueue, partBytes } from './outgoing-queue.ts';

/** A stream that takes one batch, and more when it is told to. */
class SlowStream {
  readonly batches: Uint8Array[] = [];
  readonly queue: OutgoingQueue;
  #wake: () => void = () => {};

  constructor(bytes = 64 * 1024 * 1024, messages = 1_000) {
    this.queue = new OutgoingQueue(this, { bytes, messages });
  }

  write(batch: Uint8Array): boolean {
    this.batches.push(batch);
    this.#wake();
    return false;
  }

  /** The messages of the next batch, by their kind; whole ones only. */
  async next(): Promise<readonly string[]> {
    const from = this.batches.length;
    const written = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.queue.drained();
    await written;
    return (splitBatch(this.batches[from] ?? new Uint8Array()) ?? []).map((bytes) => {
      const received = decodeMessage(bytes);
      return received.kind === 'message' ? received.message.kind : received.kind;
    });
  }
}

const large = encodeMessage({
  kind: 'bridge',
  message: {
    kind: 'publish',
    number: 1,
    message: { topic: 'env/a', payload: new Uint8Array(60_000), qos: 1, retain: false },
  },
});
const small = encodeMessage({ kind: 'replicated', message: { kind: 'refuse', id: 'd', leader: null } });

test('[GRPC28] what is urgent goes before what waits', async () => {
  const stream = new SlowStream();
  for (let count = 0; count < 20; count += 1) stream.queue.push(large);
  const first = await stream.next();
  expect(new Set(first)).toEqual(new Set(['bridge']));
  expect(first.length).toBeLessThan(20);
  stream.queue.push(small, true);
  stream.queue.push(small, true);
  expect((await stream.next()).slice(0, 3)).toEqual(['replicated', 'replicated', 'bridge']);
});

test('[GRPC28] and never between the parts of a message', async () => {
  const stream = new SlowStream();
  stream.queue.push(new Uint8Array(3 * partBytes));
  expect(await stream.next()).toEqual(['part']);
  stream.queue.push(small, true);
  expect(await stream.next()).toEqual(['part']);
  expect(await stream.next()).toEqual(['part']);
  expect(await stream.next()).toEqual(['replicated']);
});

test('[GRPC7] what is urgent is bounded too', async () => {
  const stream = new SlowStream(1_000, 3);
  for (let count = 0; count < 3; count += 1) expect(stream.queue.push(small, true)).toBeUndefined();
  expect(stream.queue.push(small, true)).toBe('full');
  expect(await stream.next()).toHaveLength(3);
  expect(stream.queue.push(small, true)).toBeUndefined();
});
