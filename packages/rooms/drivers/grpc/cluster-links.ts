/**
 * The links of a node to the others: at most one for each, whoever dialled it. Decides nothing about rooms; the core
 * says whom to dial, what to send and when to hang up, and hears what happened (SPEC.md has the rules).
 */
import { randomBytes } from 'node:crypto';
import type { TimerHandle } from '@bothy/runtime';
import {
  BothyError,
  type BridgeMessage,
  type DirectoryMessage,
  type NodeId,
  type NodeInfo,
} from '@bothy/wire';
import { encodeMessage, type LinkMessage, type clusterProto as pb } from '@bothy/wire/cluster';
import type { ServerUnaryCall } from '@grpc/grpc-js';
import type { RoomClusterMessage } from '../../core/index.ts';
import { clusterCalls } from './cluster-calls.ts';
import type { ClusterClient, Identity } from './cluster-client.ts';
import { ClusterServer } from './cluster-server.ts';
import { type DialledStream, Dialler } from './dialler.ts';
import { EventOrder } from './event-order.ts';
import { glare, refusal } from './grpc-status.ts';
import {
  callerOf,
  certificateObjection,
  doubledSentence,
  type ExchangeCall,
  endCall,
  idTaken,
  idTakenSentence,
} from './incoming-call.ts';
import { Link, type LinkListener, type LinkOptions } from './link.ts';
import { judgeDial, judgeIncoming, type Standing, type Start } from './link-rules.ts';
import type { ClusterLinksOptions } from './links-options.ts';

const defaultQueueBytes = 64 * 1024 * 1024;
/** After an end was told, the connection is cut when the other side does not take notice. */
const lingerMs = 1_000;

export class ClusterLinks {
  readonly #options: ClusterLinksOptions;
  readonly #boot: string;
  readonly #queueBytes: number;
  readonly #handshakeTimeoutMs: number;
  readonly #order = new EventOrder();
  readonly #links = new Map<NodeId, Link>();
  readonly #encoded = new WeakMap<LinkMessage, Uint8Array>();
  /** Of the handshake, until the link stands or has ended. */
  readonly #deadlines = new Map<Link, TimerHandle>();
  readonly #server: ClusterServer;
  readonly #dialler: Dialler;
  readonly #listener: LinkListener;
  readonly #sent = new Map<LinkMessage['kind'], number>();
  #self: NodeInfo;
  #stopped = false;

  constructor(options: ClusterLinksOptions) {
    const { credentials, events, services = {} } = options;
    this.#options = options;
    this.#self = options.self;
    this.#boot = options.boot ?? randomBytes(12).toString('base64url');
    this.#queueBytes = options.queueBytes ?? defaultQueueBytes;
    const handshakeTimeoutMs = options.handshakeTimeoutMs ?? 5_000;
    this.#handshakeTimeoutMs = handshakeTimeoutMs;
    const refused: LinkListener['refused'] = (code, message) =>
      this.#order.now(() => events.refused(code, message));
    this.#listener = {
      opened: (link, node) => this.#opened(link, node),
      message: (link, message) => this.#order.now(() => this.#message(link, message)) ?? true,
      refused,
      ended: (link, reason, wasUp) => this.#ended(link, reason, wasUp),
    };
    this.#server = new ClusterServer({
      credentials,
      calls: clusterCalls({
        services,
        refused,
        welcome: (caller, call) => this.#welcome(caller, call),
        exchange: (call) => this.#accept(call),
      }),
      maxConnections: options.maxConnections ?? 256,
      handshakeTimeoutMs,
      refused,
    });
    this.#dialler = new Dialler({
      credentials,
      handshakeTimeoutMs,
      identity: () => this.#identity(),
      judge: ({ node, boot }) => {
        const closed = this.#options.closed?.();
        if (closed !== undefined) throw new BothyError('node_unreachable', closed);
        const verdict = judgeDial(this.#start(), { ...node, boot }, this.#standing(node.id));
        return this.#stopped ? 'own' : verdict;
      },
      open: (dialled) => this.#dialled(dialled),
      failed: (address, error) => this.#order.later(() => this.#dialFailed(address, error)),
    });
  }

  /** This node as others are told of it. */
  get self(): NodeInfo {
    return this.#self;
  }

  /** The nodes to which a link stands, in the order of their ids. */
  get linked(): readonly NodeId[] {
    return [...this.#links.values()]
      .filter((link) => link.isUp)
      .map((link) => link.node)
      .sort();
  }

  /**
   * Takes the links of other nodes from now on, and tells the node as it is reached. Rejects with
   * `configuration_invalid` and `address_in_use`.
   */
  async listen(host: string, port: number): Promise<NodeInfo> {
    const bound = await this.#server.listen(host, port);
    this.#self = { ...this.#self, address: this.#self.address.replace(/:0$/, `:${bound}`) };
    return this.#self;
  }

  /** Answered by one `linkUp` or `dialFailed`; where a link stands already, by `dialFailed` when that one ends. */
  dial(address: string): void {
    this.#dialler.dial(address);
  }

  /** In order; dropped when no link stands. */
  send(to: NodeId, message: RoomClusterMessage): void {
    this.#send(to, message);
  }

  /** What the broker says to another one; as `send`. */
  sendBridge(to: NodeId, message: BridgeMessage): void {
    this.#send(to, { kind: 'bridge', message });
  }

  /**
   * About the replicated directory, in order among each other (but for one that travels in parts), and before all else
   * that waits: a leader whose heartbeats wait behind a large delivery is taken for dead.
   */
  sendDirectory(to: NodeId, message: DirectoryMessage): void {
    this.#send(to, { kind: 'replicated', message });
  }

  hangUp(node: NodeId, reason: string): void {
    this.#links.get(node)?.end(reason);
  }

  /** For calls beside the link, to a node to which one stands; to be closed. Throws `node_unreachable`. */
  async openClient(node: NodeId): Promise<ClusterClient> {
    const address = this.#links.get(node)?.info?.address;
    if (address === undefined) throw new BothyError('node_unreachable', `No link to ${node} stands.`);
    const { ClusterClient: Client } = await import('./cluster-client.ts');
    return new Client(address, this.#options.credentials, this.#identity());
  }

  /** Ends all links and the listener. `linkDown` is told for each, and nothing after. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const link of [...this.#links.values()]) link.end('This node stops.');
    this.#order.stop();
    this.#dialler.stop();
    await this.#server.stop();
  }

  /** Messages that were given to links, by kind. */
  get sent(): ReadonlyMap<LinkMessage['kind'], number> {
    return this.#sent;
  }

  #send(to: NodeId, message: LinkMessage): void {
    const link = this.#links.get(to);
    if (link?.isUp !== true) return;
    this.#sent.set(message.kind, (this.#sent.get(message.kind) ?? 0) + 1);
    let bytes = this.#encoded.get(message);
    if (bytes === undefined) {
      bytes = encodeMessage(message);
      // One message often goes to many nodes.
      this.#encoded.set(message, bytes);
    }
    link.send(bytes, message.kind === 'replicated' || message.kind === 'swim');
  }

  #identity(): Identity {
    return { self: this.#self, boot: this.#boot };
  }

  #start(): Start {
    return { id: this.#self.id, instance: this.#self.instance, boot: this.#boot };
  }

  #standing(node: NodeId): Standing | undefined {
    const link = this.#links.get(node);
    if (link === undefined) return undefined;
    const { instance, boot, isUp, isHeard, dialled } = link;
    return { id: node, instance, boot, isUp, isHeard, isDialled: dialled !== undefined };
  }

  #welcome(caller: NodeInfo, call: ServerUnaryCall<unknown, unknown>): pb.Welcome {
    const objection = certificateObjection(call, caller.id, this.#options.credentials);
    if (objection !== undefined) throw new BothyError(objection.code, objection.sentence);
    const standing = this.#standing(caller.id);
    const isOther = (known: { readonly instance: string }): boolean => known.instance !== caller.instance;
    if (caller.id === this.#self.id ? isOther(this.#self) : standing?.isUp === true && isOther(standing))
      throw new BothyError('node_id_taken', idTakenSentence(caller.id));
    return { self: this.#self, nodes: this.#options.services?.nodes?.() ?? [], boot: this.#boot };
  }

  #accept(call: ExchangeCall): void {
    // Before anything is answered: a stream that fails must not end the process.
    call.on('error', () => {});
    const { credentials, events } = this.#options;
    const caller = callerOf(call.metadata);
    if (caller === undefined)
      return endCall(
        call,
        refusal('bad_request', 'Exchange wants bothy-node, bothy-instance and bothy-boot.'),
      );
    const objection = certificateObjection(call, caller.id, credentials);
    if (objection !== undefined) {
      this.#order.now(() => events.refused(objection.code, objection.sentence));
      return endCall(call, refusal(objection.code, objection.sentence));
    }
    const closed = this.#stopped ? 'This node stops.' : this.#options.closed?.();
    if (closed !== undefined) return endCall(call, refusal('node_unreachable', closed));
    switch (judgeIncoming(this.#start(), caller, this.#standing(caller.id))) {
      case 'glare':
        return endCall(call, glare());
      case 'taken':
        this.#order.now(() => events.refused('node_id_taken', idTakenSentence(caller.id)));
        this.#send(caller.id, { kind: 'doubled' });
        return endCall(call, idTaken(caller.id));
      case 'accept':
        return this.#add({
          node: caller.id,
          instance: caller.instance,
          boot: caller.boot,
          dialled: undefined,
          stream: call,
          close: (reason) => this.#endAccepted(call, reason),
        });
    }
  }

  #endAccepted(call: ExchangeCall, reason: string): void {
    const peer = call.getPeer();
    const { timers } = this.#options;
    const cut = timers.set(lingerMs, () => this.#server.disconnect(peer));
    call.once('close', () => timers.clear(cut));
    endCall(call, refusal('node_unreachable', reason));
  }

  #dialled({ introduction, address, stream, close }: DialledStream): void {
    const { node, boot } = introduction;
    this.#add({ node: node.id, instance: node.instance, boot, dialled: address, stream, close });
  }

  #add(side: Pick<LinkOptions, 'node' | 'instance' | 'boot' | 'dialled' | 'stream' | 'close'>): void {
    this.#links.get(side.node)?.end('The other node has made a new link.');
    const { timers, monoMs, queueMessages = 100_000 } = this.#options;
    const link = new Link({
      ...side,
      self: this.#self,
      selfBoot: this.#boot,
      monoMs,
      bounds: { bytes: this.#queueBytes, messages: queueMessages },
      listener: this.#listener,
    });
    this.#links.set(side.node, link);
    const late = timers.set(this.#handshakeTimeoutMs, () => {
      if (!link.isUp) link.end('The other node did not say who it is in time.');
    });
    this.#deadlines.set(link, late);
  }

  #dialFailed(address: string, error: BothyError): void {
    const { events } = this.#options;
    // That nobody answers is daily business; that somebody does not fit is for a person to put right.
    if (error.code !== 'node_unreachable') events.refused(error.code, error.message);
    events.dialFailed(address, error);
  }

  #settled(link: Link): void {
    this.#options.timers.clear(this.#deadlines.get(link));
    this.#deadlines.delete(link);
  }

  #opened(link: Link, node: NodeInfo): void {
    this.#settled(link);
    const dialled = this.#dialler.answeredBy(link.node, link.dialled);
    this.#order.now(() => {
      if (dialled === undefined) this.#options.events.linkUp(node);
      else this.#options.events.linkUp(node, dialled);
    });
  }

  #message(link: Link, message: LinkMessage): boolean {
    const { events } = this.#options;
    switch (message.kind) {
      case 'doubled':
        events.refused('node_id_taken', `${link.node} was called by ${doubledSentence}`);
        return true;
      case 'bridge':
        events.bridge?.(link.node, message.message);
        return true;
      case 'replicated':
        events.directory?.(link.node, message.message);
        return true;
      default:
        return events.message(link.node, message as RoomClusterMessage);
    }
  }

  #ended(link: Link, reason: string, wasUp: boolean): void {
    const { node, dialled } = link;
    this.#settled(link);
    if (this.#links.get(node) === link) this.#links.delete(node);
    if (wasUp) this.#order.later(() => this.#options.events.linkDown(node, reason));
    if (dialled !== undefined) this.#dialler.fail(dialled, new BothyError('node_unreachable', reason));
    this.#dialler.linkEnded(node, reason);
  }
}
