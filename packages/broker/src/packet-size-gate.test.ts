import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PacketSizeGate } from './packet-size-gate.ts';

/** The remaining length as MQTT 3.1.1, section 2.2.3 writes it. */
function lengthBytes(length: number): number[] {
  const low = length % 128;
  const rest = Math.floor(length / 128);
  return rest === 0 ? [low] : [low + 128, ...lengthBytes(rest)];
}

function packet(bodyBytes: number): number[] {
  return [0x30, ...lengthBytes(bodyBytes), ...Array.from({ length: bodyBytes }, () => 0xff)];
}

test('[BR12] packets up to the limit pass, whatever the chunks', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 50 }), (bodies, chunkBytes) => {
      const gate = new PacketSizeGate(300);
      const bytes = Uint8Array.from(bodies.flatMap(packet));
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        expect(gate.pass(bytes.subarray(at, at + chunkBytes))).toBe(true);
      }
    }),
  );
});

test('[BR12] a packet above the limit is stopped at its header, wherever that is cut', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 4 });
  const tooLarge = fc.integer({ min: 301, max: 268_435_455 });
  fc.assert(
    fc.property(sizes, tooLarge, fc.integer({ min: 1, max: 50 }), (bodies, announced, chunkBytes) => {
      const gate = new PacketSizeGate(300);
      const bytes = Uint8Array.from([...bodies.flatMap(packet), 0x30, ...lengthBytes(announced)]);
      const verdicts: boolean[] = [];
      for (let at = 0; at < bytes.length && verdicts.at(-1) !== false; at += chunkBytes) {
        verdicts.push(gate.pass(bytes.subarray(at, at + chunkBytes)));
      }
      expect(verdicts.at(-1)).toBe(false);
    }),
  );
});

test('[BR12] a length of more than four bytes is refused', () => {
  expect(new PacketSizeGate(300).pass(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x00))).toBe(false);
});
