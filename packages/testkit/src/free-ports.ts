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

/** Nobody listens on them, and none is given twice in this process. Rejects when there are not so many. */
export async function freePorts(
  count: number,
  [first, end]: readonly [number, number] = range,
): Promise<number[]> {
  const found: number[] = [];
  const start = randomInt(first, end);
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
