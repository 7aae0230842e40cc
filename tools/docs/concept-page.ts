/**
 * What a page of `docs/concepts` claims, read from its text: the code and the output that it shows below `## Run it`,
 * its headings, and the files it links to.
 */

export interface ShownExample {
  readonly code: string;
  readonly output: string;
}

/** Every page has these, in this order. */
export const pageHeadings = [
  'What it is for',
  'How it works',
  'When not to use it',
  'In Bothy',
  'Run it',
  'Sources',
] as const;

export function headingsOf(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
}

/** Undefined when the page shows no code, or not what it prints. */
export function shownExample(page: string): ShownExample | undefined {
  const [, below = ''] = page.split(/^## Run it$/m);
  const code = blockOf(below, 'ts');
  const output = blockOf(below, 'text');
  return code === undefined || output === undefined ? undefined : { code, output };
}

/** Links to files of the repository, without what follows a `#`. */
export function linkedFiles(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

/** Headings of Markdown pages that links name; `file` is empty for the page itself. */
export function linkedAnchors(page: string): { file: string; anchor: string }[] {
  return [...withoutBlocks(page).matchAll(/\]\((?![a-z]+:)([^)\s#]*)#([^)\s]+)\)/g)]
    .map(([, file = '', anchor = '']) => ({ file, anchor }))
    .filter(({ file }) => file === '' || file.endsWith('.md'));
}

/** What links to the headings of a page are called, as GitHub makes them. */
export function headingAnchors(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function blockOf(text: string, language: string): string | undefined {
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)?.[1];
}

/** Code may look like a heading or a link, and is neither. */
function withoutBlocks(page: string): string {
  return page.replace(/^```[\s\S]*?^```$/gm, '');
}
