import { limits } from '@bothy/wire';
import { describe, expect, it } from 'vitest';
import { checkDraft } from './draft-check.ts';

describe('a draft', () => {
  it.each(['', ' ', '\n\t '])('is empty when there is nothing to read: %j', (text) => {
    expect(checkDraft(text).kind).toBe('empty');
  });

  it('is sendable up to the limit in bytes and not beyond', () => {
    expect(checkDraft('x'.repeat(limits.messageBytes)).kind).toBe('sendable');
    expect(checkDraft('x'.repeat(limits.messageBytes + 1)).kind).toBe('tooLarge');
  });

  it('counts bytes, not characters', () => {
    expect(checkDraft('é'.repeat(limits.messageBytes / 2)).kind).toBe('sendable');
    expect(checkDraft(`${'é'.repeat(limits.messageBytes / 2)}x`).kind).toBe('tooLarge');
  });

  it('says how much is too much', () => {
    const check = checkDraft('x'.repeat(limits.messageBytes * 1.5));
    expect(check).toMatchObject({ message: expect.stringContaining('32 KiB') });
    expect(check).toMatchObject({ message: expect.stringContaining('50 % over') });
  });
});
