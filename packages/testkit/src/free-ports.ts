/** Ports for servers that start later, or start again. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that Linux (32768 on), macOS and Windows (49152 on) give to whoever connects, or listens on port 0: one of
 * them could go to somebody else between now and the start. Above 10080, which no `fetch` connects to.
 */
const range = [20_000, 32_000] as const;
const given = new Set<number>();

/** Processes of tests that run side by side begin to look at places of their own: a port is not yet taken when it is given. */
const parts = 4;

function firstLook(first: number, end: number): number {
  const size = Math.max(1, Math.floor((end - first) / parts));
  const part = (Number(process.env['VITEST_POOL_ID'] ?? 1) - 1) % parts;
  // What is left of the part is for those that follow.
  return Math.min(first + part * size + randomInt(Math.ceil(size * 0.8)), end - 1);
}

/** Nobody listens on them, and none is given twice in this process. Rejects when there are not so many. */
export async function freePorts(
  count: number,
  [first, end]: readonly [number, number] = range,
): Promise<number[]> {
  const found: number[] = [];
  const start = firstLook(first, end);
  for (let step = 0; found.length < count; step += 1) {
    if (step === end - first) throw new Error(`no ${count} ports are free from ${first} to ${end - 1}`);
    const port = first + ((start - first + step) % (end - first));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) found.push(port);
  }
  return found;
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
