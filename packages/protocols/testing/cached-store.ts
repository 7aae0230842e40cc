/**
 * A store behind a cache, with everything that takes time cut into steps: a test puts the steps of its clients in any
 * order, and judges what they saw.
 */
import { CacheAside, type Loaded } from '../src/caching/cache-aside.ts';
import type { Flight } from '../src/caching/single-flight.ts';
import type { Operation, RegisterInput, RegisterOutput } from '../src/consistency/operation.ts';

/** Right, or wrong in one of the usual ways. */
export type CacheWiring = 'leases' | 'noLeases' | 'invalidatesFirst';

/** What a client does, one after the other: a value is written, null is a read. */
export type ClientScript = readonly (string | null)[];

interface OpenRead {
  readonly client: string;
  readonly calledMs: number;
}

export class CachedStore {
  readonly history: Operation<RegisterInput, RegisterOutput>[] = [];
  readonly transcript: string[] = [];
  readonly #wiring: CacheWiring;
  readonly #cache = new CacheAside<string, string | null, OpenRead>({ maxEntries: 4, maxFlights: 8 });
  /** A cache that everybody fills with what they read. */
  readonly #plain = new Map<string, string | null>();
  readonly #clients: { readonly name: string; readonly steps: Iterator<string> }[];
  /** Who waits for the look-up of another. */
  readonly #waiting = new Set<string>();
  #stored: string | null = null;
  #atMs = 0;

  constructor(wiring: CacheWiring, scripts: readonly ClientScript[]) {
    this.#wiring = wiring;
    this.#clients = scripts.map((script, at) => {
      const name = String.fromCharCode(97 + at);
      return { name, steps: this.#play(name, script) };
    });
  }

  /** The next step of each client named, by its place; then what is left, in turn. */
  run(order: readonly number[]): void {
    for (const at of order) this.#step(at % this.#clients.length);
    let isBusy = true;
    while (isBusy) {
      isBusy = false;
      for (const at of this.#clients.keys()) if (this.#step(at)) isBusy = true;
    }
  }

  #step(at: number): boolean {
    const client = this.#clients[at];
    if (client === undefined || this.#waiting.has(client.name)) return false;
    this.#atMs += 1;
    const step = client.steps.next();
    if (step.done !== true) this.transcript.push(`${client.name} ${step.value}`);
    return step.done !== true;
  }

  *#play(client: string, script: ClientScript): Iterator<string> {
    for (const value of script) {
      if (value !== null) yield* this.#write(client, value);
      else if (this.#wiring === 'noLeases') yield* this.#readPlain(client);
      else yield* this.#read(client);
    }
  }

  *#read(client: string): Generator<string> {
    const read = { client, calledMs: this.#atMs };
    const asked = this.#cache.ask('x', read);
    if (asked.kind === 'refused') throw new Error('more is asked than fits');
    if (asked.kind === 'hit') return yield this.#answer(read, asked.value);
    if (asked.kind === 'wait') {
      this.#waiting.add(client);
      return yield 'asks, and waits for the look-up under way';
    }
    yield 'asks, and looks up';
    // Who looks up goes on with the next look-up, for those who asked since a write overtook this one.
    for (let load: Flight<string> | undefined = asked.load; load !== undefined; ) {
      const seen = this.#stored;
      yield `is told ${seen} by the store`;
      const { waiters, kept, next }: Loaded<string, OpenRead> = this.#cache.loaded(load, seen);
      for (const each of waiters) {
        this.#waiting.delete(each.client);
        this.#answer(each, seen);
      }
      const names = waiters.map((each) => each.client).join(' and ');
      yield `${kept ? 'fills the cache with' : 'does not keep'} ${seen}; ${names} read ${seen}`;
      load = next;
    }
  }

  *#readPlain(client: string): Generator<string> {
    const read = { client, calledMs: this.#atMs };
    const cached = this.#plain.get('x');
    if (cached !== undefined) return yield this.#answer(read, cached);
    yield 'asks, and looks up';
    const seen = this.#stored;
    yield `is told ${seen} by the store`;
    this.#plain.set('x', seen);
    this.#answer(read, seen);
    yield `fills the cache with ${seen}; ${client} read ${seen}`;
  }

  *#write(client: string, value: string): Generator<string> {
    const calledMs = this.#atMs;
    yield `writes ${value}`;
    const isFirst = this.#wiring === 'invalidatesFirst';
    yield isFirst ? this.#invalidate() : this.#store(value);
    yield isFirst ? this.#store(value) : this.#invalidate();
    const answeredMs = this.#atMs;
    this.history.push({
      client,
      input: { kind: 'write', key: 'x', value },
      output: 'done',
      calledMs,
      answeredMs,
    });
    yield `is told that ${value} is written`;
  }

  #store(value: string): string {
    this.#stored = value;
    return `has ${value} in the store`;
  }

  #invalidate(): string {
    this.#cache.invalidate('x');
    this.#plain.delete('x');
    return 'invalidates';
  }

  #answer({ client, calledMs }: OpenRead, value: string | null): string {
    this.history.push({
      client,
      input: { kind: 'read', key: 'x' },
      output: value,
      calledMs,
      answeredMs: this.#atMs,
    });
    return `reads ${value} from the cache`;
  }
}
