/** How much JavaScript a browser loads before the web app can start. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const webApp = fileURLToPath(new URL('../../apps/web/', import.meta.url));

/** Gzipped bytes. */
export interface ScriptBytes {
  /** The entry, what it imports at once, and its workers: needed before anything is drawn. */
  readonly initial: number;
  /** Every script there is; those loaded later included, such as the MQTT client. */
  readonly all: number;
}

/** Builds the web app as `npm start` does. */
export async function scriptBytes(): Promise<ScriptBytes> {
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
  // A worker is an asset of its own: the timers start theirs with the session.
  const workers = files.flatMap((file) => {
    return file.type === 'asset' && file.fileName.endsWith('.js') ? [String(file.source)] : [];
  });
  const initial = [...loaded].map((name) => chunks.get(name)?.code ?? '');
  const all = [...chunks.values()].map((chunk) => chunk.code);
  return { initial: gzipped([...initial, ...workers]), all: gzipped([...all, ...workers]) };
}

function gzipped(scripts: readonly string[]): number {
  return scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
}
