/** Between `BothyError`s and gRPC statuses: the code travels in the trailing metadata, the sentence as details. */
import { BothyError, type ErrorCode, errorCodes } from '@bothy/wire';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';

export const codeKey = 'bothy-code';

const statuses: Partial<Record<ErrorCode, status>> = {
  bad_request: status.INVALID_ARGUMENT,
  payload_too_large: status.RESOURCE_EXHAUSTED,
  rate_limited: status.RESOURCE_EXHAUSTED,
  limit_reached: status.RESOURCE_EXHAUSTED,
  not_found: status.NOT_FOUND,
  room_not_found: status.NOT_FOUND,
  room_deleted: status.NOT_FOUND,
  target_not_found: status.NOT_FOUND,
  unauthorized: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  not_a_member: status.PERMISSION_DENIED,
  not_the_owner: status.PERMISSION_DENIED,
  banned: status.PERMISSION_DENIED,
  cluster_refused: status.PERMISSION_DENIED,
  node_id_taken: status.ALREADY_EXISTS,
  node_unreachable: status.UNAVAILABLE,
  administrator_unreachable: status.UNAVAILABLE,
  storage_failed: status.UNAVAILABLE,
  internal: status.INTERNAL,
};

/** What a handler answers with. */
export interface Refusal {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

export function refusal(code: ErrorCode, sentence: string): Refusal {
  const metadata = new Metadata();
  metadata.set(codeKey, code);
  // Details are a header: they are escaped, but long ones are refused by HTTP/2.
  return { code: statuses[code] ?? status.FAILED_PRECONDITION, details: sentence.slice(0, 512), metadata };
}

/** What went wrong within a call; anything but a `BothyError` stays in here. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof BothyError) return refusal(thrown.code, thrown.message);
  return refusal('internal', 'This node could not answer. Its log says why.');
}

/** Both dialled at once, and the other's stream stands. */
export const glare: Refusal = {
  code: status.ABORTED,
  details: 'The link that the other node made stands.',
  metadata: new Metadata(),
};

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
