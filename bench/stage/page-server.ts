/** Bundles the bench's page once and serves it from loopback. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export interface PageServer {
  /** `host:port`. */
  readonly host: string;
  stop(): Promise<void>;
}

/** An isolated page has a clock of 5 µs; others see steps of 100 µs, which is a third of a round trip. */
const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
} as const;

export async function servePages(): Promise<PageServer> {
  const files = await bundle();
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    const file = files.get(path);
    if (file === undefined) return response.writeHead(404).end();
    response.writeHead(200, { ...isolated, 'content-type': contentType(path) }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bundle(): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const root = fileURLToPath(new URL('../pages/', import.meta.url));
  const built = await build({ root, configFile: false, logLevel: 'error', build: { write: false } });
  const files = new Map<string, string | Uint8Array>();
  for (const output of [built].flat()) {
    if (!('output' in output)) continue;
    for (const file of output.output) {
      files.set(`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source);
    }
  }
  return files;
}

function contentType(path: string): string {
  if (path.endsWith('.js')) return 'text/javascript';
  return path.endsWith('.html') ? 'text/html' : 'application/octet-stream';
}
