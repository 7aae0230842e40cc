/**
 * Keys that are kept out, at this node: who is let in goes by it, also before the directory is known at a start and where
 * no majority can be reached; and operators change it, on all nodes.
 *
 *   keepOut, letIn ──command──▶ directory ──change──▶ known here ──▶ disk
 *                                                         └──▶ whose key was in: their sessions end
 */
import {
  BothyError,
  type DirectoryCommand,
  type DirectoryContent,
  type DirectoryResult,
  type KeptKey,
  keyHoldsOver,
  type Name,
  type PersonId,
} from '@bothy/wire';
import type { Logger } from 'pino';
import type { DirectoryChange, DirectoryDesk } from './directory-desk.ts';

export interface KeptKeysOptions {
  readonly node: string;
  readonly local: {
    keptKeys(): Promise<readonly KeptKey[]>;
    mergeKeptKeys(keys: readonly KeptKey[]): Promise<void>;
  };
  readonly desk: Pick<DirectoryDesk, 'command' | 'key' | 'keys' | 'view' | 'onChanged'>;
  readonly log: Logger;
  readonly wallMs: () => number;
}

/** As names that come from a disk are called. */
const fromDisk = 'keys-on-disk';
/** Another operator may be as fast; more than once in a row is nobody's work. */
const mostAttempts = 3;

export class KeptKeys {
  readonly #options: KeptKeysOptions;
  readonly #known: Map<PersonId, KeptKey>;
  /** Were kept out before anybody could end their sessions. */
  #unheard: PersonId[] = [];
  #listener: ((person: PersonId) => void) | undefined;
  #written: Promise<void> = Promise.resolve();
  /** Something was not written: all is written with the next change. */
  #isBehind = false;
  #broughtIn: Promise<void> | undefined;

  private constructor(options: KeptKeysOptions, known: readonly KeptKey[]) {
    this.#options = options;
    this.#known = new Map(known.map((key) => [key.person, key]));
    options.desk.onChanged((change) => this.#changed(change));
  }

  /** To be called before the directory begins. Rejects as the disk does. */
  static async open(options: KeptKeysOptions): Promise<KeptKeys> {
    return new KeptKeys(options, await options.local.keptKeys());
  }

  /** Undefined: it was never kept out. */
  key(person: PersonId): KeptKey | undefined {
    return this.#known.get(person);
  }

  isOut(person: PersonId): boolean {
    return this.#known.get(person)?.isOut === true;
  }

  /** Those that are kept out now, the last first. */
  get out(): readonly KeptKey[] {
    return [...this.#known.values()].filter(({ isOut }) => isOut).sort((one, other) => other.atMs - one.atMs);
  }

  /** One listener, told of each person whose key was in and is out, here or by another node; of what it missed at once. */
  onKeptOut(listener: (person: PersonId) => void): void {
    this.#listener = listener;
    for (const person of this.#unheard.splice(0)) listener(person);
  }

  /** Once all nodes that can be reached keep it out. Rejects with `directory_unavailable` or `limit_reached`. */
  async keepOut(person: PersonId, name: Name, by: Name): Promise<void> {
    const atMs = this.#options.wallMs();
    await this.#until(person, true, (epoch) => ({ kind: 'keepOut', person, name, by, epoch, atMs }));
    await this.#written;
  }

  /** The same, the other way round. Undefined: it was never kept out. */
  async letIn(person: PersonId, by: Name): Promise<KeptKey | undefined> {
    const atMs = this.#options.wallMs();
    const key = await this.#until(person, false, (epoch) => ({ kind: 'letIn', person, by, epoch, atMs }));
    await this.#written;
    return key;
  }

  async #until(
    person: PersonId,
    isOut: boolean,
    commandOf: (epoch: number) => DirectoryCommand,
  ): Promise<KeptKey | undefined> {
    const { desk } = this.#options;
    await this.#bringIn([person]);
    for (let attempts = 0; attempts < mostAttempts; attempts++) {
      const key = keyOf(await desk.command(commandOf(desk.key(person)?.epoch ?? 0)));
      if ((key?.isOut === true) === isOut) return key;
    }
    const message = 'Somebody else changes this at the same time. Look how it stands, and try again.';
    throw new BothyError('directory_unavailable', message);
  }

  #changed(change: DirectoryChange): void {
    const { desk } = this.#options;
    switch (change.kind) {
      case 'changed':
        return this.#take(personsOf(change.command).flatMap((person) => desk.key(person) ?? []));
      case 'replaced':
        return this.#take(desk.keys());
      case 'standing':
        this.#bringInOnce();
        return;
    }
  }

  #take(keys: readonly KeptKey[]): void {
    const news = keys.filter((key) => {
      const known = this.#known.get(key.person);
      return known === undefined || keyHoldsOver(key, known);
    });
    if (news.length === 0) return;
    for (const key of news) {
      const wasOut = this.isOut(key.person);
      this.#known.set(key.person, key);
      if (key.isOut && !wasOut) this.#tell(key.person);
    }
    this.#write(this.#isBehind ? [...this.#known.values()] : news);
  }

  #tell(person: PersonId): void {
    if (this.#listener === undefined) this.#unheard.push(person);
    else this.#listener(person);
  }

  #write(keys: readonly KeptKey[]): void {
    const { local, log } = this.#options;
    this.#isBehind = false;
    this.#written = this.#written.then(async () => {
      try {
        await local.mergeKeptKeys(keys);
      } catch (err) {
        this.#isBehind = true;
        log.error({ err }, 'the disk refused a key that is kept out; it is written with the next one');
      }
    });
  }

  #bringInOnce(): void {
    const { desk, log } = this.#options;
    if (this.#broughtIn !== undefined || desk.view?.state !== 'ready') return;
    this.#broughtIn = this.#bringIn([...this.#known.keys()]).catch((err: unknown) => {
      // With the next leader, or once all nodes can read it.
      this.#broughtIn = undefined;
      log.debug({ err }, 'keys on the disk of this node alone are not in the directory yet');
    });
  }

  /** What this node knows better than the directory: of a disk that was lost, or put back. */
  async #bringIn(persons: readonly PersonId[]): Promise<void> {
    const { desk, node } = this.#options;
    const keys = persons.flatMap((person) => {
      const [own, theirs] = [this.#known.get(person), desk.key(person)];
      return own !== undefined && (theirs === undefined || keyHoldsOver(own, theirs)) ? [own] : [];
    });
    if (keys.length === 0) return;
    const content: DirectoryContent = { names: [], rooms: [], buried: [], homes: [], keys };
    const result = await desk.command({ kind: 'takeIn', node, from: fromDisk, content });
    if (result.kind !== 'done') keyOf(result);
  }
}

function personsOf(command: DirectoryCommand): readonly PersonId[] {
  switch (command.kind) {
    case 'keepOut':
    case 'letIn':
      return [command.person];
    case 'takeIn':
      return (command.content.keys ?? []).map(({ person }) => person);
    default:
      return [];
  }
}

/** Throws what the answer means where it is another one. */
function keyOf(result: DirectoryResult): KeptKey | undefined {
  if (result.kind === 'key') return result.key ?? undefined;
  if (result.kind === 'full') throw new BothyError('limit_reached', result.sentence);
  throw new BothyError('internal', `The directory answered ${result.kind} about a key.`);
}
