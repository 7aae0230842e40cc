/**
 * Keeps the app for when no node is in reach. It knows the files of one build:
 * they are stored when it is installed, and nothing else ever is.
 *
 *   the page     from the node, so that a new build is seen at once; from here when the node is silent
 *   its files    from here, for their names hold the hash of their content
 *   all else     not touched: the API, MQTT and what is not ours
 *
 * Bundled by itself and free of imports, so that it runs as a classic worker too.
 */

/** The few things of a service worker's scope that are used; the compiler's own types clash with those of pages. */
interface WorkerScope {
  /** Paths of this build, filled in by the bundler plug-in. */
  readonly bothyFiles: readonly string[];
  /** Changes with every build. */
  readonly bothyBuild: string;
  readonly location: Location;
  skipWaiting(): Promise<void>;
  addEventListener(kind: 'install' | 'activate', listener: (event: LifeEvent) => void): void;
  addEventListener(kind: 'fetch', listener: (event: FetchEvent) => void): void;
}
interface LifeEvent {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const worker = globalThis as unknown as WorkerScope;
const files = worker.bothyFiles;
const cacheName = `bothy ${worker.bothyBuild}`;
/** This build, and the one before it, whose pages may still be open and load a file late. */
const maxCaches = 2;
/** A node that has not answered by then is not in reach, whatever the network says. */
const pageTimeoutMs = 3_000;

worker.addEventListener('install', (event) => event.waitUntil(store()));
worker.addEventListener('activate', (event) => event.waitUntil(dropOldCaches()));
worker.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== worker.location.origin) return;
  if (mode === 'navigate' && pathname === '/') event.respondWith(page(event.request));
  else if (mode !== 'navigate' && files.includes(pathname)) event.respondWith(file(event.request));
});

async function page(request: Request): Promise<Response> {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(pageTimeoutMs) });
    // A proxy answers so for a node that is gone.
    if (response.status < 500) return response;
  } catch {
    // No answer, or none in time.
  }
  const cache = await caches.open(cacheName);
  return (await cache.match('/')) ?? Response.error();
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

async function store(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.addAll(files.map((path) => new Request(path, { cache: 'no-cache' })));
  await worker.skipWaiting();
}

async function dropOldCaches(): Promise<void> {
  const ours = (await caches.keys()).filter((name) => name.startsWith('bothy '));
  // In the order in which they were made.
  await Promise.all(ours.slice(0, -maxCaches).map((name) => caches.delete(name)));
}

export {};
