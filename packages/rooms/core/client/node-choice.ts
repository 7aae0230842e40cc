/**
 * Which node to try next. At first that is the one given first. After a loss the same node comes first, for a blip of the
 * network is no reason to move, then the others: of two drawn at random the one with fewer sessions, so that the crowd of
 * a node that fails does not meet again at the next one. A node that is said to be down, or that sent us away, comes last.
 * When all were tried in vain the waits between rounds double, with jitter, so that a crowd does not come back at once.
 */
import { ExponentialBackoff, type Random, TwoChoices } from '@bothy/protocols';
import type { NodeHealth } from '@bothy/wire';
import { clientBounds, clientTiming } from './config.ts';
import type { KnownNode } from './inputs.ts';

export interface NextTry {
  readonly url: string;
  readonly afterMs: number;
}

export class NodeChoice {
  readonly #random: Random;
  readonly #backoff: ExponentialBackoff;
  readonly #choices: TwoChoices;
  readonly #first: readonly KnownNode[];
  #nodes: readonly KnownNode[];
  readonly #down = new Set<string>();
  /** Nodes of this round that are still to be tried. */
  #round: string[] = [];
  #rounds = 0;

  constructor(nodes: readonly KnownNode[], random: Random) {
    const [first] = nodes;
    if (first === undefined) throw new RangeError('no node to connect to');
    this.#random = random;
    this.#first = nodes.slice(0, clientBounds.nodes);
    this.#nodes = this.#first;
    const { retryBaseMs, retryMaxMs, loadStaleMs } = clientTiming;
    this.#choices = new TwoChoices({ staleMs: loadStaleMs, maxEntries: clientBounds.nodes }, random);
    this.#backoff = new ExponentialBackoff(
      {
        baseMs: retryBaseMs,
        factor: 2,
        maxMs: retryMaxMs,
        maxAttempts: Number.POSITIVE_INFINITY,
        jitter: 'equal',
      },
      random,
    );
  }

  /** Learned from the cluster; nodes given at the start stay. */
  learn(nodes: readonly KnownNode[], monoMs: number): void {
    for (const { url, sessions } of nodes) {
      if (sessions !== undefined) this.#choices.told(url, sessions, monoMs);
    }
    const ids = new Map(nodes.map(({ url, node }) => [url, node]));
    const first = this.#first.map((known) => {
      const node = known.node ?? ids.get(known.url);
      return node === undefined ? known : { url: known.url, node };
    });
    const given = new Set(first.map(({ url }) => url));
    const more = nodes.filter(({ url }) => !given.has(url));
    this.#nodes = [...first, ...more].slice(0, clientBounds.nodes);
  }

  heard(node: string, health: NodeHealth): void {
    if (health === 'down') this.#down.add(node);
    else this.#down.delete(node);
    // Only of nodes that could be tried: names of others are not collected.
    if (!this.#nodes.some((known) => known.node === node)) this.#down.delete(node);
  }

  /** The session stood long enough: what comes is a new trouble. */
  succeeded(): void {
    this.#round = [];
    this.#rounds = 0;
    this.#backoff.reset();
  }

  /** `current` was lost or could not be reached; `sentAway` when it said to go elsewhere. */
  next(current: string | undefined, sentAway: boolean, monoMs: number): NextTry {
    const isNewRound = this.#round.length === 0;
    if (isNewRound) {
      this.#round = this.#order(current, sentAway, monoMs);
      this.#rounds += 1;
    }
    const url = this.#round.shift() ?? this.#first[0]?.url ?? '';
    const spreadMs = this.#random.next() * clientTiming.firstRetryMs;
    if (current === undefined && this.#rounds === 1 && isNewRound) return { url, afterMs: 0 };
    if (!isNewRound || this.#rounds === 1) return { url, afterMs: spreadMs };
    return { url, afterMs: this.#backoff.next() ?? clientTiming.retryMaxMs };
  }

  /** Somebody says that the network is back: the nodes are worth a new round without a wait. */
  hurry(): void {
    this.#round = [];
    this.#rounds = 0;
  }

  #order(current: string | undefined, sentAway: boolean, monoMs: number): string[] {
    const preferred = current ?? this.#first[0]?.url;
    const rank = ({ url, node }: KnownNode): number => {
      if (node !== undefined && this.#down.has(node)) return 2;
      return url === preferred ? (sentAway ? 3 : 0) : 1;
    };
    return [0, 1, 2, 3].flatMap((each) => {
      const urls = this.#nodes.filter((known) => rank(known) === each).map(({ url }) => url);
      return this.#choices.order(urls, monoMs);
    });
  }
}
