/** Between `BothyError`s and gRPC statuses: the code travels in the trailing metadata, the sentence as details. */
import { BothyError, type ErrorCode, errorCodes } from '@bothy/wire';
import type { Metadata, ServiceError } from '@grpc/grpc-js';
import { grpc, grpcStatus } from './grpc-library.ts';

export const codeKey = 'bothy-code';

const statuses: Partial<Record<ErrorCode, number>> = {
  bad_request: grpcStatus.invalidArgument,
  payload_too_large: grpcStatus.resourceExhausted,
  rate_limited: grpcStatus.resourceExhausted,
  limit_reached: grpcStatus.resourceExhausted,
  not_found: grpcStatus.notFound,
  room_not_found: grpcStatus.notFound,
  room_deleted: grpcStatus.notFound,
  target_not_found: grpcStatus.notFound,
  unauthorized: grpcStatus.unauthenticated,
  forbidden: grpcStatus.permissionDenied,
  not_a_member: grpcStatus.permissionDenied,
  not_the_owner: grpcStatus.permissionDenied,
  banned: grpcStatus.permissionDenied,
  cluster_refused: grpcStatus.permissionDenied,
  node_id_taken: grpcStatus.alreadyExists,
  node_unreachable: grpcStatus.unavailable,
  administrator_unreachable: grpcStatus.unavailable,
  storage_failed: grpcStatus.unavailable,
  internal: grpcStatus.internal,
};

/** What a handler answers with. */
export interface Refusal {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

export function refusal(code: ErrorCode, sentence: string): Refusal {
  const metadata = new (grpc().Metadata)();
  metadata.set(codeKey, code);
  // Details are a header: they are escaped, but long ones are refused by HTTP/2.
  return { code: statuses[code] ?? grpcStatus.failedPrecondition, details: sentence.slice(0, 512), metadata };
}

/** What went wrong within a call; anything but a `BothyError` stays in here. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof BothyError) return refusal(thrown.code, thrown.message);
  return refusal('internal', 'This node could not answer. Its log says why.');
}

/** Both dialled at once, and the other's stream stands. */
export function glare(): Refusal {
  const details = 'The link that the other node made stands.';
  return { code: grpcStatus.aborted, details, metadata: new (grpc().Metadata)() };
}

const knownCodes: ReadonlySet<string> = new Set(errorCodes);
/** What TLS says when the other side has another authority, or none; the words are those of Node and OpenSSL. */
const strangers =
  /certificate|self[- ]signed|issuer|alert|handshake|wrong version number|packet length|secure TLS connection/i;

/** Why a call to `address` failed. */
export function failureOf(error: ServiceError, address: string, isPlain: boolean): BothyError {
  const [code] = error.metadata?.get(codeKey) ?? [];
  if (typeof code === 'string' && knownCodes.has(code))
    return new BothyError(code as ErrorCode, error.details.slice(0, 1024));
  const options = { cause: error };
  if (strangers.test(error.details)) {
    const sentence = `The node at ${address} does not belong to this cluster: it has another cluster secret, or none.`;
    return new BothyError('cluster_refused', sentence, options);
  }
  const hint = isPlain ? ' If it has a cluster secret, this node needs the same.' : '';
  return new BothyError('node_unreachable', `The node at ${address} cannot be reached.${hint}`, options);
}
