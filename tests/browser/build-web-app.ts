import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Builds the web app as it is now into a folder. */
export async function buildWebApp(outDir: string): Promise<void> {
  const root = fileURLToPath(new URL('../../apps/web/', import.meta.url));
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
}
