/** The last run of each bench stands in `bench/README.md`, between two comments that name it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const readme = fileURLToPath(new URL('../README.md', import.meta.url));

/** Prints a result and keeps it in the README, with the day and what kind of machine it was. */
export function publish(section: string, result: string): void {
  const text = `${machineSentence(new Date())}\n\n${result}`;
  process.stdout.write(`\n${text}\n`);
  writeFileSync(readme, withSection(readFileSync(readme, 'utf8'), section, text));
}

/** The page with that section's text replaced. Throws when the page has no such section. */
export function withSection(page: string, section: string, text: string): string {
  const [begin, end] = [`<!-- ${section} -->`, `<!-- /${section} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`bench/README.md lacks ${begin} … ${end}`);
  return `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`;
}

/** No host name: only what a figure depends on. */
function machineSentence(now: Date): string {
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  const major = process.versions.node.split('.')[0];
  return `Measured on ${now.toISOString().slice(0, 10)}: ${cpus().length} cores, ${memoryGib} GiB of memory, ${process.platform}, Node ${major}.`;
}
