/**
 * Origins of the web apps of other nodes of the cluster. Their pages may use this node's `/ws` and `/api`, so that
 * somebody whose node ends goes on at another one. Who is a node is proven between the nodes (cluster credentials);
 * what a page may do here is decided by the token that it gets here, never by its origin.
 */
import { isLoopback } from './config.ts';
import { hostsOf } from './request-guard.ts';

/** What another node says of itself, or nothing where it is no web address. */
function addressOf(webUrl: string): URL | undefined {
  const url = URL.parse(webUrl);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** Every origin that pages of these nodes may have. On loopback an address has several names. */
export function alliedOrigins(webUrls: readonly string[]): readonly string[] {
  const origins = webUrls.flatMap((webUrl) => {
    const url = addressOf(webUrl);
    if (url === undefined) return [];
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    if (!isLoopback(host)) return [url.origin];
    return hostsOf(host, port).map((each) => `${url.protocol}//${each}`);
  });
  return [...new Set(origins)];
}

/** What a page has to be allowed to connect to. A policy has no way to write an IPv6 address (CSP 3, section 2.3.1). */
export function alliedSources(webUrls: readonly string[]): readonly string[] {
  const urls = webUrls.flatMap((webUrl) => addressOf(webUrl) ?? []);
  const sources = urls
    .filter(({ host }) => !host.startsWith('['))
    .flatMap(({ origin }) => [origin, origin.replace(/^http/, 'ws')]);
  return [...new Set(sources)];
}
