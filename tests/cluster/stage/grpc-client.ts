/** A program of somebody else: the plain gRPC library and the .proto, nothing of ours. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const proto = join(repository, 'packages', 'wire', 'proto', 'bothy', 'cluster', 'v1', 'cluster.proto');
const definition = loadSync(proto, { longs: Number, enums: String, keepCase: true, oneofs: true });
const loaded = grpc.loadPackageDefinition(definition) as unknown as {
  readonly bothy: { readonly cluster: { readonly v1: { readonly Cluster: grpc.ServiceClientConstructor } } };
};

export interface Outcome {
  /** The answer as the library gives it. */
  readonly reply?: Readonly<Record<string, unknown>>;
  readonly status?: grpc.status;
  readonly sentence?: string;
  /** Ours, of the trailing metadata. */
  readonly code?: unknown;
}

export interface GrpcClient {
  call(method: string, request: unknown): Promise<Outcome>;
  /** Opens `Exchange` as a node does. */
  exchange(metadata: Readonly<Record<string, string>>): grpc.ClientDuplexStream<unknown, unknown>;
  close(): void;
}

export function clusterClient(
  address: string,
  credentials: grpc.ChannelCredentials = grpc.credentials.createInsecure(),
): GrpcClient {
  const client = new loaded.bothy.cluster.v1.Cluster(address, credentials);
  const methods = client as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;
  return {
    call: (method, request) =>
      new Promise((resolve) => {
        methods[method]?.(request, (error: grpc.ServiceError | null, reply: Record<string, unknown>) => {
          if (error === null) return resolve({ reply });
          const [code] = error.metadata.get('bothy-code');
          resolve({ status: error.code, sentence: error.details, code });
        });
      }),
    exchange: (metadata) => {
      const sent = new grpc.Metadata();
      for (const [key, value] of Object.entries(metadata)) sent.set(key, value);
      return methods.Exchange?.(sent) as grpc.ClientDuplexStream<unknown, unknown>;
    },
    close: () => client.close(),
  };
}
