import { expect, test } from 'vitest';
import { invitationOf } from './invitation.ts';

test.each([
  ['#/join/abcdefghijklmnop_-', 'abcdefghijklmnop_-'],
  ['#/join/short', undefined],
  ['#/join/abcdefghijklmnop/more', undefined],
  [`#/join/${'x'.repeat(65)}`, undefined],
  ['#/chats', undefined],
  ['', undefined],
])('%s invites with %s', (hash, code) => expect(invitationOf(hash)).toBe(code));
