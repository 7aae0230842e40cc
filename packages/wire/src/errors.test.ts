import { expect, test } from 'vitest';
import { BothyError, errorCodes } from './errors.ts';

test('codes are unique', () => {
  expect(new Set(errorCodes).size).toBe(errorCodes.length);
});

test('anything thrown becomes an error with a code; ours stays what it is', () => {
  const own = new BothyError('name_taken', 'Choose another name.', { details: { name: 'ben' } });
  expect(BothyError.from(own, 'internal')).toBe(own);
  const wrapped = BothyError.from(new Error('disk on fire'), 'storage_failed');
  expect(wrapped.toJSON()).toEqual({ code: 'storage_failed', message: 'disk on fire' });
  expect((wrapped.cause as Error).message).toBe('disk on fire');
  expect(BothyError.from('plain text').toJSON()).toEqual({ code: 'internal', message: 'plain text' });
  expect(own.toJSON()).toEqual({
    code: 'name_taken',
    message: 'Choose another name.',
    details: { name: 'ben' },
  });
});
