/**
 * Whether somebody uses the node from its own machine, which makes them its operator when it has none. A proxy on
 * the machine comes from there too, and not every proxy says so; so everything that names an address must name this
 * machine: the connection, the `Host`, the page's `Origin`, and what the person's own device signed.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { wasForwarded } from '@bothy/broker';
import { isLoopback } from './config.ts';

export interface ArrivedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** `audience` is the `host:port` that the proof was made out to. */
export function isFromOwnMachine({ headers, socket }: ArrivedRequest, audience: string): boolean {
  const { host, origin } = headers;
  const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  if (!isLoopback(address) || wasForwarded(headers)) return false;
  const named = [`http://${host}`, `http://${audience}`, ...(origin === undefined ? [] : [origin])];
  return named.every(namesOwnMachine);
}

function namesOwnMachine(address: string): boolean {
  const hostname = URL.canParse(address) ? new URL(address).hostname : '';
  return isLoopback(hostname.replace(/^\[|\]$/g, ''));
}
