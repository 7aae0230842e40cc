/** Every relative link of the pages of `docs` and of the root leads to a file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { linkedFiles } from './concept-page.ts';

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
