// `node strip-sources.mjs ROOT`: writes every source of the repository without its types. Lines and columns stay, for
// what is taken out leaves spaces. Run by `stripped-sources.mjs`.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { strippedFolder, strippedName } from './stripped-file.mjs';
import { typedSources } from './stripped-sources.mjs';

const root = process.argv[2] ?? '';
const folder = strippedFolder(root);
mkdirSync(folder, { recursive: true });
const there = new Set(readdirSync(folder));
const wanted = new Set();
for (const path of typedSources(root)) {
  const source = readFileSync(path, 'utf8');
  const name = strippedName(source);
  wanted.add(name);
  if (!there.has(name)) write(name, source);
}
for (const name of there) if (name.endsWith('.js') && !wanted.has(name)) rmSync(join(folder, name));

/** @param {string} name @param {string} source */
function write(name, source) {
  let stripped;
  try {
    stripped = stripTypeScriptTypes(source);
  } catch {
    // Who imports it is told by Node what is wrong with it.
    return;
  }
  // Renamed when it is whole: another start may look for it just now.
  const unfinished = join(folder, `${name}.${process.pid}`);
  writeFileSync(unfinished, stripped);
  renameSync(unfinished, join(folder, name));
}
