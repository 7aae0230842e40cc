/** The pages of `docs/concepts` keep to the code: every example runs, and prints what its page says. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { headingsOf, linkedFiles, pageHeadings, shownExample } from './concept-page.ts';

const run = promisify(execFile);
const docs = new URL('../../docs/', import.meta.url);
const concepts = new URL('concepts/', docs);
const examples = new URL('examples/', concepts);

const read = (file: URL): string => readFileSync(file, 'utf8');
const namesIn = (folder: URL, ending: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending) && name !== 'README.md')
    .map((name) => name.slice(0, -ending.length))
    .sort();
const pages = namesIn(concepts, '.md');

test('every page has an example, every example a page, and the table lists them', () => {
  expect(namesIn(examples, '.ts')).toEqual(pages);
  const listed = linkedFiles(read(new URL('README.md', concepts)));
  for (const page of pages) {
    expect(listed).toContain(`${page}.md`);
    expect(listed).toContain(`examples/${page}.ts`);
  }
});

test.each(pages)('%s: the page shows the example as it is', (name) => {
  const page = read(new URL(`${name}.md`, concepts));
  expect(headingsOf(page)).toEqual([...pageHeadings]);
  expect(shownExample(page)?.code).toBe(read(new URL(`${name}.ts`, examples)));
});

test.each(pages)('%s: the example prints what the page says', async (name) => {
  const { stdout } = await run(process.execPath, [fileURLToPath(new URL(`${name}.ts`, examples))]);
  expect(shownExample(read(new URL(`${name}.md`, concepts)))?.output).toBe(stdout);
});

test.each(['glossary.md', 'concepts/README.md', ...pages.map((name) => `concepts/${name}.md`)])(
  '%s links to files that exist',
  (path) => {
    const page = new URL(path, docs);
    const broken = linkedFiles(read(page)).filter((target) => !existsSync(new URL(target, page)));
    expect(broken).toEqual([]);
  },
);

const planted = [
  '# Planted',
  '## How it works',
  '```ts',
  '// not the example',
  '## not a heading',
  '[not a link](nowhere.md)',
  '```',
  'See [here](a.md#part), [there](https://example.org/b) and [below](#run-it).',
  '## Run it',
  '```ts',
  'print(1);',
  '```',
  'prints',
  '```text',
  '1',
  '```',
  '',
].join('\n');

test('what a page shows, and what it links to, is read from its text', () => {
  expect(headingsOf(planted)).toEqual(['How it works', 'Run it']);
  expect(shownExample(planted)).toEqual({ code: 'print(1);\n', output: '1\n' });
  expect(linkedFiles(planted)).toEqual(['a.md']);
});

test('a page without code, or without what it prints, shows no example', () => {
  expect(shownExample(planted.replace('```text', '```'))).toBeUndefined();
  expect(shownExample(planted.replace('## Run it', '## Run'))).toBeUndefined();
});
