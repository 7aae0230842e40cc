/** Before the browser tests: the web app is built once, for all files that serve it. Vitest runs this. */
import { temporaryFolder } from '@bothy/testkit';
import type { TestProject } from 'vitest/node';
import { buildWebApp } from './build-web-app.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the built web app is; nobody writes there. */
    webFolder: string;
  }
}

export default async function buildOnce({ provide }: TestProject): Promise<() => void> {
  const folder = temporaryFolder();
  await buildWebApp(folder.path);
  provide('webFolder', folder.path);
  return () => folder.remove();
}
