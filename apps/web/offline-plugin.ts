/** Bundles the service worker and tells it which files the build consists of. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const workerFile = 'service-worker.js';

/** `publicFolder`: files that are copied into the build as they are. */
export function offlinePlugin(publicFolder: string): Plugin {
  return {
    name: 'bothy-offline',
    apply: 'build',
    buildStart() {
      const id = fileURLToPath(new URL('./src/offline/service-worker.ts', import.meta.url));
      this.emitFile({ type: 'chunk', id, fileName: workerFile });
    },
    generateBundle: {
      // After the page has become a file of the bundle.
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle[workerFile];
        if (worker?.type !== 'chunk' || worker.imports.length > 0) {
          throw new Error('The service worker must be one file that imports nothing.');
        }
        const hash = createHash('sha256');
        const paths: string[] = [];
        for (const file of Object.values(bundle)) {
          if (file.fileName === workerFile || file.fileName.endsWith('.map')) continue;
          hash.update(file.type === 'chunk' ? file.code : file.source);
          paths.push(file.fileName === 'index.html' ? '/' : `/${file.fileName}`);
        }
        for (const name of readdirSync(publicFolder)) {
          hash.update(readFileSync(join(publicFolder, name)));
          paths.push(`/${name}`);
        }
        const build = JSON.stringify(hash.digest('hex').slice(0, 16));
        worker.code = `self.bothyBuild=${build};self.bothyFiles=${JSON.stringify(paths.sort())};\n${worker.code}`;
      },
    },
  };
}
