/** Single calls to nodes to which links stand. */
import type { NodeId } from '@bothy/wire';
import type { ClusterLinks } from './cluster-links.ts';

/** The bytes of a file that a node keeps, in order. Throws `node_unreachable`, `not_found`. */
export async function* readFile(
  links: ClusterLinks,
  node: NodeId,
  file: string,
  timeoutMs = 30_000,
): AsyncIterable<Uint8Array> {
  const client = await links.openClient(node);
  try {
    yield* client.readFile(file, timeoutMs);
  } finally {
    client.close();
  }
}

/** Question and answer are JSON. Throws `node_unreachable`, and what the node refuses with. */
export async function askTelemetry(
  links: ClusterLinks,
  node: NodeId,
  question: string,
  timeoutMs = 15_000,
): Promise<string> {
  const client = await links.openClient(node);
  try {
    return await client.askTelemetry(question, timeoutMs);
  } finally {
    client.close();
  }
}
