import { expect, it } from 'vitest';
import { pageTitle } from './page-title.ts';

it('counts what is unread in the title, up to where it matters', () => {
  expect([0, 1, 99, 100].map(pageTitle)).toEqual(['Bothy', '(1) Bothy', '(99) Bothy', '(99+) Bothy']);
});
