// Given to Node by `--import`, in the main thread and in workers: TypeScript of the repository `root` is loaded without its
// types, as `strip-sources.mjs` has left it. What it has not, or not as it is now, Node strips itself.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { strippedFolder, strippedName } from './stripped-file.mjs';

const root = new URL(import.meta.url).searchParams.get('root') ?? '';
const ours = `${root}/`;
const folder = strippedFolder(fileURLToPath(root));

registerHooks({
  load(url, context, nextLoad) {
    const source = url.startsWith(ours) && url.endsWith('.ts') ? stripped(url) : undefined;
    if (source === undefined) return nextLoad(url, context);
    return { format: 'module', source, shortCircuit: true };
  },
});

/** @param {string} url */
function stripped(url) {
  try {
    return readFileSync(join(folder, strippedName(readFileSync(fileURLToPath(url), 'utf8'))), 'utf8');
  } catch {
    return undefined;
  }
}
