/**
 * Refuses requests that a page of another origin, or a name rebound to this
 * machine, makes in somebody's browser: every route checks `Host` and `Origin`.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface RequestGuard {
  /** The sentence to refuse with; undefined when the request may pass. */
  check(headers: IncomingHttpHeaders): string | undefined;
}

/** `hosts` are the `host:port` values that this node is reached at. */
export function requestGuard(hosts: () => readonly string[]): RequestGuard {
  return {
    check: ({ host, origin }) => {
      const known = hosts();
      if (host === undefined || !known.includes(host.toLowerCase())) {
        return 'This node does not answer to that host name. Use the address that it shows at its start.';
      }
      if (origin === undefined) return undefined;
      const own = known.some((each) => origin === `http://${each}` || origin === `https://${each}`);
      return own ? undefined : 'Pages of other origins may not use this node.';
    },
  };
}

/** Every `host:port` under which a listening address is reached from a browser. */
export function hostsOf(host: string, port: number): string[] {
  const literal = host.includes(':') ? `[${host}]` : host;
  const loopback = ['localhost', '127.0.0.1', '[::1]'];
  const all = [literal, ...loopback].map((each) => `${each}:${port}`);
  // Browsers leave out the default port.
  return port === 80 ? [...all, literal, ...loopback] : all;
}
