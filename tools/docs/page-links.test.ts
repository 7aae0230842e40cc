/** Every relative link of the pages of `docs` and of the root leads to a file, and to a heading of it where it names one. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { headingAnchors, linkedAnchors, linkedFiles } from './concept-page.ts';

const root = new URL('../../', import.meta.url);
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`),
].sort();

test('the pages are found', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'SECURITY.md', 'docs/reference/wire.md']));
});

test.each(pages)('%s links to files that exist', (path) => {
  const page = new URL(path, root);
  const links = linkedFiles(readFileSync(page, 'utf8'));
  expect(links.filter((target) => !existsSync(new URL(target, page)))).toEqual([]);
});

test.each(pages)('%s links to headings that there are', (path) => {
  const page = new URL(path, root);
  const lost = linkedAnchors(readFileSync(page, 'utf8')).filter(({ file, anchor }) => {
    const target = file === '' ? page : new URL(file, page);
    return existsSync(target) && !headingAnchors(readFileSync(target, 'utf8')).includes(anchor);
  });
  expect(lost).toEqual([]);
});

test('a heading that is gone is found', () => {
  const page =
    '# One page\n\n## 7. When *nodes* are lost\n\n[a](#7-when-nodes-are-lost) [b](#gone) [c](other.md#x)';
  expect(headingAnchors(page)).toEqual(['one-page', '7-when-nodes-are-lost']);
  expect(linkedAnchors(page)).toEqual([
    { file: '', anchor: '7-when-nodes-are-lost' },
    { file: '', anchor: 'gone' },
    { file: 'other.md', anchor: 'x' },
  ]);
});
