import { expect, it } from 'vitest';
import { invitationWords, leadsHome, registrationWords, wholeNumber } from './node-words.ts';

it('says who may come in', () => {
  expect(registrationWords('invite')).toBe('New people need an invitation.');
  expect(new Set((['open', 'invite', 'closed'] as const).map(registrationWords)).size).toBe(3);
});

it('says what an invitation is good for', () => {
  const noon = Date.UTC(2026, 11, 2, 12);
  expect(invitationWords(1, noon, 'en-GB')).toBe('For one person, until 2 December.');
  expect(invitationWords(5, noon, 'en-GB')).toBe('For 5 people, until 2 December.');
});

it.each([
  ['http://127.0.0.1:8080/#/join/x', true],
  ['http://localhost:8080/', true],
  ['http://[::1]:8080/', true],
  ['https://192.168.1.7:8443/', false],
  ['https://localhost.example/', false],
])('%s leads to the same machine: %s', (link, home) => expect(leadsHome(link)).toBe(home));

it.each([
  ['1', 1],
  [' 30 ', 30],
  ['365', 365],
  ['366', undefined],
  ['0', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['', undefined],
  ['1e2', undefined],
])('%j is the number %s', (typed, value) => expect(wholeNumber(typed, 365)).toBe(value));
