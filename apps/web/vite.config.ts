/** How the web app is bundled: everything from this origin, nothing inline, names that carry their hash. */
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { offlinePlugin } from './offline-plugin.ts';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), offlinePlugin(join(import.meta.dirname, 'public'))],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // A data: address would need an exception in the content security policy of the node.
    assetsInlineLimit: 0,
  },
  worker: { format: 'es' },
});
