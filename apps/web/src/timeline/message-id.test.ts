import { describe, expect, it } from 'vitest';
import { messageIdOf } from './message-id.ts';

const bytes = (value: number): Uint8Array => new Uint8Array(10).fill(value);

describe('message ids', () => {
  it('are the example of RFC 9562, appendix A.6', () => {
    const random = new Uint8Array([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
    expect(messageIdOf(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it('carry version 7 and the variant whatever the random bytes are', () => {
    for (const value of [0, 0xff]) {
      expect(messageIdOf(1, bytes(value))).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });

  it('sort by time', () => {
    expect(messageIdOf(1_000, bytes(0xff)) < messageIdOf(1_001, bytes(0))).toBe(true);
  });
});
