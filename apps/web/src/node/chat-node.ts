/**
 * Which node introduces the devices of chats to each other: the one that served the page, and while that one does not
 * answer the others of its cluster in turn, for their brokers are one. A connection that stands stays where it is.
 */
import { type NodeAddress, nodeAddress } from './node-client.ts';

/** After a connection that stood for so long the node of the page is tried first again. */
const stoodMs = 10_000;

export class ChatNode {
  readonly #own: NodeAddress;
  readonly #others: () => readonly string[];
  readonly #monoMs: () => number;
  #tries = 0;
  #triedMs = Number.NEGATIVE_INFINITY;
  #current: NodeAddress;

  /** `others`: origins, asked for before each try. */
  constructor(own: NodeAddress, others: () => readonly string[], monoMs: () => number) {
    this.#own = own;
    this.#others = others;
    this.#monoMs = monoMs;
    this.#current = own;
  }

  /** Where the next try goes; every second one to the node of the page. */
  readonly brokerUrl = (): string => {
    const nowMs = this.#monoMs();
    // Tries in vain follow each other more slowly than this, but never end a connection.
    if (nowMs - this.#triedMs >= stoodMs * Math.max(1, this.#tries)) this.#tries = 0;
    this.#triedMs = nowMs;
    const others = this.#others().filter((origin) => URL.canParse(origin));
    const turn = this.#tries;
    this.#tries += 1;
    const other = others[Math.floor(turn / 2) % Math.max(1, others.length)];
    this.#current = turn % 2 === 0 || other === undefined ? this.#own : nodeAddress(new URL(other));
    return this.#current.brokerUrl;
  };

  /** What that node calls itself in proofs. */
  readonly audience = (): string => this.#current.audience;
}
