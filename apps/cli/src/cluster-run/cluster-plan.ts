/** Which nodes run, on which ports, and where each keeps what it has. */
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { BothyError } from '@bothy/wire';

export interface NodePlan {
  readonly id: string;
  readonly http: number;
  readonly mqtt: number;
  readonly cluster: number;
  readonly data: string;
}

export interface ClusterWish {
  /** How many nodes, 1 to 7. */
  readonly count: number;
  /** The first node's ports; each further node takes the next that is free. 0 takes any. */
  readonly http: number;
  readonly mqtt: number;
  readonly cluster: number;
  /** Below it each node has a folder of its own. */
  readonly data: string;
}

/** One for each key, and more than anybody needs to see a majority go. */
export const mostNodes = 7;
/** Ports that are tried for one node before it is given up. */
const mostTries = 200;

/** Throws `address_in_use` when there is no room. */
export async function planNodes(wish: ClusterWish, take = takePort): Promise<readonly NodePlan[]> {
  const plans: NodePlan[] = [];
  const taken = new Set<number>();
  const next = { http: wish.http, mqtt: wish.mqtt, cluster: wish.cluster };
  for (let number = 1; number <= wish.count; number += 1) {
    const ports = { http: 0, mqtt: 0, cluster: 0 };
    for (const name of ['http', 'mqtt', 'cluster'] as const) {
      const port = await freePort(name, next[name], taken, take);
      taken.add(port);
      ports[name] = port;
      if (next[name] !== 0) next[name] = port + 1;
    }
    plans.push({ id: `n${number}`, ...ports, data: join(wish.data, `n${number}`) });
  }
  return plans;
}

async function freePort(
  name: string,
  from: number,
  taken: ReadonlySet<number>,
  take: typeof takePort,
): Promise<number> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const wanted = from === 0 ? 0 : from + tries;
    if (wanted > 65_535) break;
    const port = taken.has(wanted) ? undefined : await take(wanted);
    if (port !== undefined && !taken.has(port)) return port;
  }
  throw new BothyError('address_in_use', `No port from ${from} on is free: choose others with --${name}.`);
}

/** Listens for a moment. The port, another for 0, or undefined when it is not free. */
function takePort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const { port: given } = server.address() as AddressInfo;
      server.close(() => resolve(given));
    });
  });
}
