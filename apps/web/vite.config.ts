/** How the web app is bundled: everything from this origin, nothing inline, names that carry their hash. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // A data: address would need an exception in the content security policy of the node.
    assetsInlineLimit: 0,
  },
  worker: { format: 'es' },
});
