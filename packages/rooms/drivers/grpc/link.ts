/**
 * One side of the stream between two nodes.
 *
 *   opening ──Hello of the other side──▶ up ──▶ ended
 *      └──────────refused, silent──────────────▶ ended
 *
 * Once it has ended nothing is told any more: what a broken stream still delivers belongs to nobody.
 */
import type { ErrorCode, NodeId, NodeInfo } from '@bothy/wire';
import { decodeMessage, encodeHello, type LinkMessage, splitBatch } from '@bothy/wire/cluster';
import { OutgoingQueue, type QueueBounds } from './outgoing-queue.ts';
import { PartJoiner } from './part-joiner.ts';

/** A gRPC stream of batches, of a client's or a server's side. */
export interface LinkStream {
  write(batch: Uint8Array): boolean;
  on(event: 'data', heard: (batch: Uint8Array) => void): unknown;
  on(event: 'drain' | 'end' | 'close', heard: () => void): unknown;
  on(event: 'error', heard: (error: Error & { readonly details?: string }) => void): unknown;
}

export interface LinkListener {
  /** The link stands: it may be used from within. */
  opened(link: Link, node: NodeInfo): void;
  /** False when it cannot be taken. */
  message(link: Link, message: LinkMessage): boolean;
  refused(code: ErrorCode, message: string): void;
  /** Once. `wasUp`: `opened` had been told. */
  ended(link: Link, reason: string, wasUp: boolean): void;
}

export interface LinkOptions {
  /** The other node, as metadata or `Announce` named it. */
  readonly node: NodeId;
  readonly instance: string;
  readonly boot: string;
  /** The address that was dialled; undefined when the other node dialled. */
  readonly dialled: string | undefined;
  readonly stream: LinkStream;
  /** Ends the stream at once, both ways; the sentence reaches the other side where there is a way. */
  readonly close: (reason: string) => void;
  readonly self: NodeInfo;
  readonly selfBoot: string;
  readonly bounds: QueueBounds;
  readonly monoMs: () => number;
  readonly listener: LinkListener;
}

const overflows = {
  full: 'More waited for this node than is kept: the link starts anew.',
  tooLarge: 'A message is larger than any may be: the link starts anew without it.',
} as const;

export class Link {
  readonly node: NodeId;
  readonly instance: string;
  readonly boot: string;
  readonly dialled: string | undefined;
  readonly #options: LinkOptions;
  readonly #queue: OutgoingQueue;
  readonly #parts = new PartJoiner();
  #state: 'opening' | 'up' | 'ended' = 'opening';
  #info: NodeInfo | undefined;
  #heardMs: number;
  /** How soon the next one was promised. */
  #heartbeatMs = 1_000;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.node = options.node;
    this.instance = options.instance;
    this.boot = options.boot;
    this.dialled = options.dialled;
    this.#heardMs = options.monoMs();
    const { stream } = options;
    this.#queue = new OutgoingQueue(stream, options.bounds);
    stream.on('data', (batch) => this.#received(batch));
    stream.on('drain', () => this.#queue.drained());
    stream.on('end', () => this.end('The other node ended the link.'));
    // A gRPC status has the sentence alone in its details.
    stream.on('error', (error) => this.end(error.details ?? error.message));
    stream.on('close', () => this.end('The link broke.'));
    if (options.dialled !== undefined) this.#sayHello();
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  /** Who is there, once the link is up. */
  get info(): NodeInfo | undefined {
    return this.#info;
  }

  /** Whether anything came within two of its heartbeats: a node that has just spoken runs. */
  get isHeard(): boolean {
    return this.#options.monoMs() - this.#heardMs < 2 * this.#heartbeatMs;
  }

  /** `isUrgent`: it goes before what waits and is not, and may so come before what was sent earlier. */
  send(message: Uint8Array, isUrgent = false): void {
    if (this.#state !== 'up') return;
    const objection = this.#queue.push(message, isUrgent);
    if (objection !== undefined) this.end(overflows[objection]);
  }

  end(reason: string): void {
    if (this.#state === 'ended') return;
    const wasUp = this.#state === 'up';
    this.#state = 'ended';
    this.#queue.end();
    this.#options.close(reason);
    this.#options.listener.ended(this, reason, wasUp);
  }

  #sayHello(): void {
    const { self, selfBoot } = this.#options;
    // In the lane that nothing overtakes: it is the first.
    this.#queue.push(encodeHello(self, selfBoot), true);
  }

  #received(batch: Uint8Array): void {
    this.#heardMs = this.#options.monoMs();
    const messages = splitBatch(batch);
    if (messages === undefined) return this.#broken('What came is no batch of messages.');
    for (const message of messages) {
      if (this.#state === 'ended') return;
      this.#one(message, false);
    }
  }

  #one(bytes: Uint8Array, isJoined: boolean): void {
    const received = decodeMessage(bytes);
    const { kind } = received;
    if (this.#parts.isOpen && kind !== 'part')
      return this.#broken('A message came between the parts of another.');
    if (this.#state === 'opening' && kind !== 'hello') return this.#broken('The first message is a Hello.');
    switch (kind) {
      case 'unknown':
        return;
      case 'refused':
        // What a hole means is for the receiver to find out: entries are numbered, requests time out.
        return this.#options.listener.refused('bad_request', `${this.node}: ${received.reason}`);
      case 'hello':
        return this.#hello(received.node, received.boot);
      case 'part':
        return this.#part(received.data, received.last, isJoined);
      case 'message':
        if (received.message.kind === 'heartbeat') {
          this.#heartbeatMs = Math.max(1_000, received.message.nextMs);
        }
        if (this.#options.listener.message(this, received.message)) return;
        return this.end('What this node sent could not be taken: the link starts anew.');
    }
  }

  #part(data: Uint8Array, last: boolean, isJoined: boolean): void {
    if (isJoined) return this.#broken('A part holds another.');
    const whole = this.#parts.add(data, last);
    if (whole === undefined) return this.#broken('A message is larger than any may be.', 'payload_too_large');
    if (whole !== null) this.#one(whole, true);
  }

  #hello(node: NodeInfo, boot: string): void {
    if (this.#state !== 'opening') return this.#broken('A second Hello came.');
    const { node: id, instance } = this;
    if (node.id !== id || node.instance !== instance || boot !== this.boot)
      return this.#broken('The Hello is of another node than the call.');
    this.#info = node;
    this.#state = 'up';
    if (this.dialled === undefined) this.#sayHello();
    this.#options.listener.opened(this, node);
  }

  #broken(sentence: string, code: ErrorCode = 'bad_request'): void {
    this.#options.listener.refused(code, `${this.node}: ${sentence}`);
    this.end(sentence);
  }
}
