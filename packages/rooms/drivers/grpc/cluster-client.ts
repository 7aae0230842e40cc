/** Calls to another node: one connection of its own, which goes with it. */
import { createSecureContext } from 'node:tls';
import { BothyError, type NodeInfo } from '@bothy/wire';
import { nodeFromProto, type clusterProto as pb } from '@bothy/wire/cluster';
import {
  ChannelCredentials,
  Client,
  type ClientDuplexStream,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { commonName } from './certificate-name.ts';
import type { ClusterCredentials } from './cluster-credentials.ts';
import { maxGrpcBytes, methodsOfCluster } from './grpc-service.ts';
import { failureOf } from './grpc-status.ts';

const clientOptions = {
  'grpc.max_receive_message_length': maxGrpcBytes,
  'grpc.max_send_message_length': maxGrpcBytes,
  // Who is dialled when, and how often, is decided by the core: nothing is shared, kept or tried again in here.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // Nodes of one cluster do not talk through the proxy that a machine uses for the web.
  'grpc.enable_http_proxy': 0,
  // A certificate says which authority issued it, and maybe which node has it; the address is not in it.
  'grpc.ssl_target_name_override': 'bothy-cluster',
};

export interface Identity {
  readonly self: NodeInfo;
  readonly boot: string;
}

export interface Introduction {
  readonly node: NodeInfo;
  readonly boot: string;
}

export class ClusterClient {
  readonly #client: Client;
  readonly #address: string;
  readonly #credentials: ClusterCredentials;
  readonly #metadata: Metadata;

  constructor(address: string, credentials: ClusterCredentials, { self, boot }: Identity) {
    this.#address = address;
    this.#credentials = credentials;
    this.#client = new Client(`dns:${address}`, channelCredentials(credentials), clientOptions);
    this.#metadata = new Metadata();
    this.#metadata.set('bothy-node', self.id);
    this.#metadata.set('bothy-instance', self.instance);
    this.#metadata.set('bothy-boot', boot);
  }

  /** Says who we are, and learns who answers. Rejects with `node_unreachable`, `cluster_refused` or `node_id_taken`. */
  async announce(self: NodeInfo, timeoutMs: number): Promise<Introduction> {
    const { path, requestSerialize, responseDeserialize } = methodsOfCluster.announce;
    const deadline = Date.now() + timeoutMs;
    const welcome = await new Promise<{ reply: pb.Welcome; certifiedId: string | undefined }>(
      (resolve, reject) => {
        const call = this.#client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          self,
          this.#metadata,
          { deadline },
          (error, reply) => {
            const certifiedId = commonName(call.getAuthContext()?.sslPeerCertificate);
            if (error === null && reply !== undefined) resolve({ reply, certifiedId });
            else reject(error === null ? new Error('no reply') : this.failureOf(error));
          },
        );
      },
    );
    const node = nodeFromProto(welcome.reply.self);
    if (!node.ok) {
      const sentence = `What answers at ${this.#address} is no node of this kind: ${node.reason}.`;
      throw new BothyError('node_unreachable', sentence);
    }
    if (this.#credentials.named && welcome.certifiedId !== node.value.id) {
      const sentence = `The node at ${this.#address} says that it is ${node.value.id}, and its certificate is another node's.`;
      throw new BothyError('cluster_refused', sentence);
    }
    return { node: node.value, boot: welcome.reply.boot };
  }

  exchange(): ClientDuplexStream<Uint8Array, Uint8Array> {
    const { path, requestSerialize, responseDeserialize } = methodsOfCluster.exchange;
    return this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, this.#metadata);
  }

  /** The bytes of a file that the other node keeps, in order. Throws `not_found`, and what `announce` does. */
  async *readFile(file: string, timeoutMs: number): AsyncIterable<Uint8Array> {
    const { path, requestSerialize, responseDeserialize } = methodsOfCluster.readFile;
    const call = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { file },
      this.#metadata,
      { deadline: Date.now() + timeoutMs },
    );
    try {
      for await (const chunk of call) yield (chunk as pb.FileChunk).data;
    } catch (error) {
      throw this.failureOf(error as ServiceError);
    } finally {
      call.cancel();
    }
  }

  /** Question and answer as JSON. Throws what the other node refuses with, and what `announce` does. */
  async askTelemetry(json: string, timeoutMs: number): Promise<string> {
    const { path, requestSerialize, responseDeserialize } = methodsOfCluster.askTelemetry;
    const deadline = Date.now() + timeoutMs;
    return await new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { json },
        this.#metadata,
        { deadline },
        (error, reply) => {
          if (error === null && reply !== undefined) resolve(reply.json);
          else reject(error === null ? new Error('no reply') : this.failureOf(error));
        },
      );
    });
  }

  failureOf(error: ServiceError): BothyError {
    return failureOf(error, this.#address, this.#credentials.tls === null);
  }

  close(): void {
    this.#client.close();
  }
}

function channelCredentials({ tls }: ClusterCredentials): ChannelCredentials {
  if (tls === null) return ChannelCredentials.createInsecure();
  const context = createSecureContext({ ...tls, minVersion: 'TLSv1.3' });
  return ChannelCredentials.createFromSecureContext(context, { checkServerIdentity: () => undefined });
}
