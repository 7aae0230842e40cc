/**
 * Addresses that are being dialled.
 *
 *   dial ──Announce──▶ open the stream ──Hello──▶ linkUp
 *     │        └─there is a link already──▶ held until it ends ──▶ dialFailed
 *     └─no answer, refused──▶ dialFailed
 */
import { BothyError, type NodeId } from '@bothy/wire';
import type { ServiceError } from '@grpc/grpc-js';
import type { ClusterClient, Identity, Introduction } from './cluster-client.ts';
import type { ClusterCredentials } from './cluster-credentials.ts';
import { grpcStatus, loadGrpc } from './grpc-library.ts';
import { idTakenSentence } from './incoming-call.ts';
import type { LinkStream } from './link.ts';
import type { DialVerdict } from './link-rules.ts';
import { parseAddress } from './loopback.ts';

export interface DialledStream {
  readonly introduction: Introduction;
  readonly address: string;
  readonly stream: LinkStream;
  readonly close: () => void;
}

export interface DiallerHost {
  readonly credentials: ClusterCredentials;
  readonly handshakeTimeoutMs: number;
  identity(): Identity;
  judge(introduction: Introduction): DialVerdict;
  /** The stream is open: make a link of it. */
  open(dialled: DialledStream): void;
  failed(address: string, error: BothyError): void;
}

export class Dialler {
  readonly #host: DiallerHost;
  readonly #clients = new Set<ClusterClient>();
  /** What each dial that is not answered yet waits for. */
  readonly #dials = new Map<string, { heldBy: NodeId | undefined; failure: BothyError | undefined }>();

  constructor(host: DiallerHost) {
    this.#host = host;
  }

  /** Does nothing for an address that is being dialled already: both are answered as one. */
  dial(address: string): void {
    if (this.#dials.has(address)) return;
    this.#dials.set(address, { heldBy: undefined, failure: undefined });
    // Even what is wrong at once is answered later.
    void this.#dial(address).catch((error: unknown) => this.fail(address, BothyError.from(error)));
  }

  /** The link to `node` stands: the dial that it answers, if any waits for it. */
  answeredBy(node: NodeId, dialled: string | undefined): string | undefined {
    const held = [...this.#dials].find(([, dial]) => dial.heldBy === node);
    const address = dialled ?? held?.[0];
    if (address !== undefined) this.#dials.delete(address);
    return address;
  }

  /** The link to `node` is gone: dials that waited for it failed. */
  linkEnded(node: NodeId, reason: string): void {
    for (const [address, { heldBy }] of [...this.#dials]) {
      if (heldBy === node) this.fail(address, new BothyError('node_unreachable', reason));
    }
  }

  fail(address: string, error: BothyError): void {
    const dial = this.#dials.get(address);
    if (dial === undefined) return;
    this.#dials.delete(address);
    this.#host.failed(address, dial.failure ?? error);
  }

  /** Lets go of what is on its way; nothing is answered. */
  stop(): void {
    this.#dials.clear();
    for (const client of this.#clients) client.close();
  }

  async #dial(address: string): Promise<void> {
    const { credentials, handshakeTimeoutMs } = this.#host;
    if (parseAddress(address) === undefined)
      throw new BothyError('node_unreachable', `${address} is no address of a node: write host:port.`);
    await loadGrpc();
    const { ClusterClient } = await import('./cluster-client.ts');
    // Stopped, or answered, while that was loaded.
    if (!this.#dials.has(address)) return;
    const identity = this.#host.identity();
    const client = new ClusterClient(address, credentials, identity);
    this.#clients.add(client);
    try {
      const introduction = await client.announce(identity.self, handshakeTimeoutMs);
      if (this.#wants(address, introduction)) this.#open(address, client, introduction);
      else client.close();
    } catch (error) {
      client.close();
      throw error;
    } finally {
      this.#clients.delete(client);
    }
  }

  #wants(address: string, introduction: Introduction): boolean {
    const dial = this.#dials.get(address);
    if (dial === undefined) return false;
    switch (this.#host.judge(introduction)) {
      case 'open':
        return true;
      case 'hold':
        dial.heldBy = introduction.node.id;
        return false;
      case 'own':
        throw new BothyError('node_unreachable', `${address} is this node's own address.`);
      case 'taken':
        throw new BothyError('node_id_taken', idTakenSentence(introduction.node.id));
    }
  }

  #open(address: string, client: ClusterClient, introduction: Introduction): void {
    const stream = client.exchange();
    stream.on('error', (error: ServiceError) => {
      const dial = this.#dials.get(address);
      if (dial === undefined) return;
      dial.failure =
        error.code === grpcStatus.aborted
          ? new BothyError(
              'node_unreachable',
              'Both nodes dialled at once, and the link of the other one stands.',
            )
          : client.failureOf(error);
    });
    const close = (): void => {
      stream.cancel();
      client.close();
    };
    this.#host.open({ introduction, address, stream, close });
  }
}
