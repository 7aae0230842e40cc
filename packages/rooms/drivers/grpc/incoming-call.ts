/** Who opened a stream, by its metadata and its certificate, and how such a stream ends. */
import { type ErrorCode, nodeIdPattern } from '@bothy/wire';
import type { Metadata, ServerDuplexStream } from '@grpc/grpc-js';
import { commonName } from './certificate-name.ts';
import type { ClusterCredentials } from './cluster-credentials.ts';
import { type Refusal, refusal } from './grpc-status.ts';
import type { Start } from './link-rules.ts';

export type ExchangeCall = ServerDuplexStream<Uint8Array, Uint8Array>;

const tokenPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** Undefined when the metadata do not say, or say it wrongly. */
export function callerOf(metadata: Metadata): Start | undefined {
  const id = only(metadata, 'bothy-node', nodeIdPattern);
  const instance = only(metadata, 'bothy-instance', tokenPattern);
  const boot = only(metadata, 'bothy-boot', tokenPattern);
  return id === undefined || instance === undefined || boot === undefined
    ? undefined
    : { id, instance, boot };
}

function only(metadata: Metadata, key: string, pattern: RegExp): string | undefined {
  const [value, ...more] = metadata.get(key);
  return typeof value === 'string' && more.length === 0 && pattern.test(value) ? value : undefined;
}

interface CertifiedCall {
  getAuthContext(): {
    readonly sslPeerCertificate?: { readonly subject?: { CN?: string | string[] } };
  } | null;
}

/** What is wrong with a certificate that is not that of the node the caller says it is; undefined when nothing is. */
export function certificateObjection(
  call: CertifiedCall,
  id: string,
  credentials: ClusterCredentials,
): { readonly code: ErrorCode; readonly sentence: string } | undefined {
  if (!credentials.named || commonName(call.getAuthContext()?.sslPeerCertificate) === id) return undefined;
  return {
    code: 'cluster_refused',
    sentence: `The caller says that it is ${id}, and its certificate is another node's.`,
  };
}

/** Ends a stream with what its other side is told. */
export function endCall(call: ExchangeCall, status: Refusal): void {
  if (!call.cancelled && !call.destroyed) call.emit('error', status);
}

export function idTaken(id: string): Refusal {
  return refusal('node_id_taken', idTakenSentence(id));
}

/** What the node is told whose id somebody else used. */
export const doubledSentence =
  'another process under the id of this node, with a copy of its data folder, and has refused it. End that process, or give it an --id and an empty --data folder of its own.';

export function idTakenSentence(id: string): string {
  return `Another node goes by the id ${id}, or runs with a copy of the same data folder. Give each node an --id and a --data folder of its own.`;
}
