/** Where nodes are: what people type, and what a cluster says of itself. */
import type { KnownNode } from '@bothy/rooms/client-core';
import { BothyError } from '@bothy/wire';
import { checkClusterStatus } from '@bothy/wire/schemas';

/** The `/ws` of a node, from its URL as people write it. Throws `bad_request`. */
export function socketUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url === undefined ? undefined : schemes.get(url.protocol);
  if (url === undefined || scheme === undefined) {
    throw new BothyError('bad_request', `${text} is no address of a node. Write http://host:port.`);
  }
  const path = url.pathname === '/' ? '/ws' : url.pathname;
  return `${scheme}//${url.host}${path}`;
}

const schemes = new Map([
  ['http:', 'ws:'],
  ['https:', 'wss:'],
  ['ws:', 'ws:'],
  ['wss:', 'wss:'],
]);

/** Where the REST of the node with this `/ws` is. */
export function webUrlOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol === 'wss:' ? 'https:' : 'http:'}//${host}`;
}

/** Longer than any answer of a node that is well. */
const askTimeoutMs = 5_000;

/** The other nodes of a node's cluster; none when it does not say. */
export async function askForNodes(url: string, token: string | undefined): Promise<readonly KnownNode[]> {
  try {
    const answer = await fetch(`${webUrlOf(url)}/api/v1/cluster`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(askTimeoutMs),
    });
    const status = answer.ok ? checkClusterStatus(await answer.json()) : undefined;
    if (status?.ok !== true) return [];
    const { self, nodes } = status.value;
    const own = nodes.find(({ id }) => id === self);
    const others = nodes.filter(({ id, webUrl }) => id !== self && webUrl !== '' && URL.canParse(webUrl));
    return [
      { url, node: self, ...loadOf(own) },
      ...others.map((each) => ({ url: socketUrl(each.webUrl), node: each.id, ...loadOf(each) })),
    ];
  } catch {
    // It is a convenience: the nodes that are known remain.
    return [];
  }
}

/** A node that is down says nothing of its sessions. */
function loadOf(node: { readonly health: string; readonly sessions: number } | undefined): {
  readonly sessions?: number;
} {
  return node === undefined || node.health === 'down' ? {} : { sessions: node.sessions };
}
