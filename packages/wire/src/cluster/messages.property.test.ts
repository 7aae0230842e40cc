import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replicated } from './arbitrary-directory.ts';
import { anyMessage } from './arbitrary-messages.ts';
import { joinBatch, splitBatch } from './batch.ts';
import { decodeMessage } from './decode-message.ts';
import { encodeMessage } from './encode-message.ts';

test('every message comes out as it went in', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(anyMessage, (message) => {
      seen.add(message.kind);
      expect(decodeMessage(encodeMessage(message))).toStrictEqual({
        kind: 'message',
        message: plainCopy(message),
      });
    }),
    { numRuns: 2_000 },
  );
  // Each kind of the oneof was among them.
  expect(seen.size).toBe(17);
});

test('whatever is said about the directory comes out as it went in', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(replicated, (message) => {
      seen.add(message.kind === 'raft' ? `raft ${message.message.kind}` : message.kind);
      const sent = { kind: 'replicated', message } as const;
      expect(decodeMessage(encodeMessage(sent))).toStrictEqual({ kind: 'message', message: plainCopy(sent) });
    }),
    { numRuns: 2_000 },
  );
  // Seven kinds beside Raft's, and seven of Raft.
  expect(seen.size).toBe(14);
});

test('a batch holds the messages that were put in, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (messages) => {
      expect(splitBatch(joinBatch(messages))?.map((each) => [...each])).toEqual(
        messages.map((each) => [...each]),
      );
    }),
  );
});

test('whatever bytes come, they are a message or refused with a reason', () => {
  const damaged = fc
    .tuple(anyMessage, fc.nat(), fc.integer({ min: 1, max: 255 }))
    .map(([message, at, change]) => {
      const bytes = encodeMessage(message).slice();
      const place = at % Math.max(1, bytes.length);
      bytes[place] = ((bytes[place] ?? 0) + change) & 255;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (bytes) => {
      splitBatch(bytes);
      const received = decodeMessage(bytes);
      if (received.kind === 'refused') expect(received.reason).not.toBe('');
      // What is taken can be passed on and is then the same.
      if (received.kind === 'message')
        expect(plainCopy(decodeMessage(encodeMessage(received.message)))).toEqual(plainCopy(received));
    }),
    { numRuns: 3_000 },
  );
});

/** Records of fast-check have no prototype, and JSON tells -0 from 0 when read only: neither makes them differ. */
function plainCopy(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(plainCopy);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plainCopy(each)]));
}
