/** How much JavaScript a browser loads before the web app can start. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const webApp = fileURLToPath(new URL('../../apps/web/', import.meta.url));

/** Builds it as `npm start` does, and sums the gzipped entry, what it imports at once, and its workers. */
export async function initialScriptBytes(): Promise<number> {
  const built = await build({ root: webApp, logLevel: 'error', build: { write: false } });
  const files = [built].flat().flatMap((output) => ('output' in output ? output.output : []));
  const chunks = new Map(files.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])));
  const wanted = [...chunks.values()].filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName);
  const loaded = new Set<string>();
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (loaded.has(name)) continue;
    loaded.add(name);
    wanted.push(...(chunks.get(name)?.imports ?? []));
  }
  const scripts = [...loaded].map((name) => chunks.get(name)?.code ?? '');
  // A worker is an asset of its own: the timers start theirs with the session.
  for (const file of files) {
    if (file.type === 'asset' && file.fileName.endsWith('.js')) scripts.push(String(file.source));
  }
  return scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
}
