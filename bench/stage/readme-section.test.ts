import { expect, test } from 'vitest';
import { withSection } from './readme-section.ts';

const page =
  'Before.\n<!-- links -->\nold\n<!-- /links -->\nBetween.\n<!-- size -->\n<!-- /size -->\nAfter.\n';

test('a section is replaced, and the rest of the page stays', () => {
  const once = withSection(page, 'links', 'new');
  expect(once).toBe(page.replace('old', 'new'));
  expect(withSection(once, 'links', 'new')).toBe(once);
  expect(withSection(page, 'size', '3 MB')).toContain('<!-- size -->\n3 MB\n<!-- /size -->\nAfter.');
});

test('a page without the section is a fault', () => {
  expect(() => withSection(page, 'speed', 'new')).toThrow('lacks <!-- speed -->');
});
