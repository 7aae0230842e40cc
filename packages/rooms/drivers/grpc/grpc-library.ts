/**
 * The gRPC library, loaded when the first other node is dialled or calls: a node on its own, which most are, does not
 * pay its memory.
 */
type Library = typeof import('@grpc/grpc-js');

let library: Library | undefined;

export async function loadGrpc(): Promise<Library> {
  library ??= await import('@grpc/grpc-js');
  return library;
}

/** Within calls, which there are none of before it is loaded. */
export function grpc(): Library {
  if (library === undefined) throw new Error('the gRPC library is used before it is loaded');
  return library;
}

/** Status codes of gRPC: https://grpc.io/docs/guides/status-codes/ */
export const grpcStatus = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;
