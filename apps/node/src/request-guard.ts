/**
 * Refuses requests that a page of another origin, or a name rebound to this
 * machine, makes in somebody's browser: every route checks `Host` and `Origin`.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { networkInterfaces } from 'node:os';
import { localAddresses } from './lan/local-addresses.ts';

export interface RequestGuard {
  /** The sentence to refuse with; undefined when the request may pass. `path` without its query. */
  check(headers: IncomingHttpHeaders, path?: string): string | undefined;
  /** The origin, when it is of another node's page, which may ask `/ws` and `/api` and read what they answer. */
  ally(headers: IncomingHttpHeaders): string | undefined;
}

/** What pages of other nodes may use: where one proves who one is. Chats go on at `/mqtt` when their own node is gone. */
const alliedPath = /^\/(ws|mqtt|api\/v1\/[^?]*)$/;

/** `hosts` are the `host:port` values that this node is reached at, `allies` the origins of other nodes' pages. */
export function requestGuard(
  hosts: () => readonly string[],
  allies: () => readonly string[] = () => [],
): RequestGuard {
  const ally = ({ origin }: IncomingHttpHeaders): string | undefined =>
    origin !== undefined && allies().includes(origin) ? origin : undefined;
  return {
    ally,
    check: ({ host, origin }, path = '') => {
      const known = hosts();
      if (host === undefined || !known.includes(host.toLowerCase())) {
        return 'This node does not answer to that host name. Use an address that it knows, or add the name with --hosts.';
      }
      if (origin === undefined) return undefined;
      const own = known.some((each) => origin === `http://${each}` || origin === `https://${each}`);
      if (alliedPath.test(path) && ally({ origin }) !== undefined) return undefined;
      return own ? undefined : 'Pages of other origins may not use this node.';
    },
  };
}

/** Every `host:port` under which a listening address is reached from a browser. */
export function hostsOf(host: string, port: number): string[] {
  const everywhere = host === '0.0.0.0' || host === '::';
  const names = [host, 'localhost', '127.0.0.1', '::1', ...(everywhere ? namesOfMachine() : [])];
  const literals = names.map((name) => (name.includes(':') ? `[${name}]` : name).toLowerCase());
  const all = literals.map((literal) => `${literal}:${port}`);
  // Browsers leave out the default port.
  return [...new Set(port === 80 || port === 443 ? [...all, ...literals] : all)];
}

/** What others in the network may type. Read anew each time: addresses change when networks do. */
function namesOfMachine(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return [...addresses.map(({ address }) => address), ...localAddresses().names];
}
