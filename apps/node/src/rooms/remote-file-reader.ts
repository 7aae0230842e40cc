/**
 * Reads files of rooms from other nodes: a picture that a hundred members look at is fetched once, and a node that is
 * slow keeps so many of these readers waiting and no others.
 */
import { Bulkhead, type Flight, SingleFlight } from '@bothy/protocols';
import { BothyError, type NodeId } from '@bothy/wire';
import type { ReadFile } from '../rest/file-api.ts';

type Read = (node: NodeId, file: string) => Promise<ReadFile | undefined>;

interface Reader {
  readonly resolve: (found: ReadFile | undefined) => void;
  readonly reject: (error: unknown) => void;
}

interface Fetch {
  readonly node: NodeId;
  readonly file: string;
  readonly flight: Flight<string>;
}

/** Each is in memory as a whole while it is fetched. */
const fetchedAtOnce = 8;
/** Three rounds of those at once: longer than that nobody waits for a picture. */
const mostWaiting = 24;
/** Of all nodes, and who waits for one file: what a node has connections for. */
const most = 1_000;

export class RemoteFileReader {
  readonly #read: Read;
  readonly #flights = new SingleFlight<string, Reader>({ maxFlights: most, maxWaiters: most });
  /** Of nodes that are asked just now. */
  readonly #nodes = new Map<NodeId, Bulkhead<Fetch>>();

  constructor(read: Read) {
    this.#read = read;
  }

  /** As `read` was given; rejects with `rate_limited` when too much waits for that node. */
  read(node: NodeId, file: string): Promise<ReadFile | undefined> {
    return new Promise((resolve, reject) => {
      const asked = this.#flights.ask(`${node} ${file}`, { resolve, reject });
      if (asked.kind === 'refused') reject(tooMuch(node));
      if (asked.kind === 'begin') this.#enter({ node, file, flight: asked.flight });
    });
  }

  #enter(fetch: Fetch): void {
    const places =
      this.#nodes.get(fetch.node) ??
      new Bulkhead<Fetch>({ maxRunning: fetchedAtOnce, maxWaiting: mostWaiting });
    this.#nodes.set(fetch.node, places);
    const entered = places.enter(fetch);
    if (entered === 'run') void this.#fetch(fetch, places);
    if (entered === 'refused')
      for (const reader of this.#flights.end(fetch.flight)) reader.reject(tooMuch(fetch.node));
  }

  /** Rejects never. */
  async #fetch(fetch: Fetch, places: Bulkhead<Fetch>): Promise<void> {
    const { node, file, flight } = fetch;
    try {
      const found = await this.#read(node, file);
      for (const reader of this.#flights.end(flight)) reader.resolve(found);
    } catch (thrown) {
      for (const reader of this.#flights.end(flight)) reader.reject(thrown);
    }
    const next = places.end(fetch);
    if (next !== undefined) void this.#fetch(next, places);
    else if (places.running === 0) this.#nodes.delete(node);
  }
}

function tooMuch(node: NodeId): BothyError {
  return new BothyError(
    'rate_limited',
    `Too many files of ${node} are being fetched. Try again in a moment.`,
  );
}
