/** Removes persons: the saga of the textbook on this node's disk, clock and parts. */
import { randomBytes } from 'node:crypto';
import { type Random, Saga, type SagaOutput, type SagaProgress, type SagaRecord } from '@bothy/protocols';
import type { Removal, SqliteRemovals } from '@bothy/store';
import { BothyError, type Name, type PersonId, toBase32 } from '@bothy/wire';
import type { Logger } from 'pino';
import { type RemovalPorts, RemovalSteps, removalSteps } from './removal-steps.ts';

export interface RemovalsOptions {
  readonly store: SqliteRemovals;
  readonly ports: Omit<RemovalPorts, 'banned'>;
  readonly log: Logger;
  readonly random: Random;
  readonly wallMs: () => number;
  /** From one attempt to the next; doubling up to 15 s, for a node that is back is not to be waited for long. @default 1000 */
  readonly againMs?: number;
}

export interface RemovalProgress {
  readonly removal: Removal;
  readonly progress: SagaProgress;
}

/** A disk that refuses a record is asked again after so long: nothing that follows it is begun before. */
const diskAgainMs = 1_000;
const againMaxMs = 15_000;
const maxOpen = 100;
const maxRemembered = 200;

export class Removals {
  readonly #options: RemovalsOptions;
  readonly #saga: Saga;
  readonly #steps: RemovalSteps;
  readonly #removals = new Map<string, Removal>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Outputs are dealt with one after the other: what follows a record waits until that is written. */
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: RemovalsOptions) {
    this.#options = options;
    const { store, ports, random, againMs = 1_000 } = options;
    // Nodes may be away for days: what can still be taken back is taken back by a person, not by a count.
    const maxAttempts = Number.MAX_SAFE_INTEGER;
    this.#saga = new Saga({ againMs, againMaxMs, maxAttempts, maxOpen, maxRemembered }, random);
    const banned = {
      add: (removal: string, room: string) => store.addRoom(removal, room),
      of: (removal: string) => store.rooms(removal),
    };
    this.#steps = new RemovalSteps({ ...ports, banned });
  }

  /** Goes on with what was under way when the node ended. Once the node's parts run. */
  async begin(): Promise<void> {
    const records: SagaRecord[] = [];
    for (const { removal, record } of await this.#options.store.load()) {
      this.#removals.set(removal.id, removal);
      // Asked for, and never answered: nothing was done, and who asked will ask again.
      if (record === undefined) await this.#forget(removal.id);
      else records.push(record);
    }
    this.#take(this.#saga.recover(records));
  }

  /**
   * The removal of this person that is under way, or a new one, once it is durable. `mayReturn`: their key is not kept out.
   * Throws `limit_reached`.
   */
  async remove(
    name: Name,
    person: PersonId,
    by: { name: Name; person: PersonId },
    { mayReturn = false }: { readonly mayReturn?: boolean } = {},
  ): Promise<RemovalProgress> {
    const id = toBase32(randomBytes(13)).slice(0, 20);
    const begunAt = this.#options.wallMs();
    const asked = { name, person, byName: by.name, byPerson: by.person, mayReturn };
    const removal: Removal = { id, ...asked, begunAt };
    await this.#options.store.add(removal);
    this.#removals.set(id, removal);
    const outputs: SagaOutput[] = [];
    const begun = this.#saga.begin(outputs, id, person, removalSteps);
    if (begun.kind !== 'begun') {
      await this.#forget(id);
      const other = begun.kind === 'busy' ? this.of(begun.saga) : undefined;
      if (other !== undefined) return other;
      throw new BothyError('limit_reached', `${maxOpen} persons are being removed. Wait until one is.`);
    }
    this.#options.log.info(
      { name, person, by: by.name, removal: id, mayReturn },
      'an operator removes a person',
    );
    this.#take(outputs);
    await this.#work;
    return this.#known(id);
  }

  /** Takes it back, where that is possible still. Throws `not_found` or `bad_request`. */
  async cancel(id: string, by: Name): Promise<RemovalProgress> {
    const { progress } = this.#known(id);
    const outputs: SagaOutput[] = [];
    if (!this.#saga.cancel(outputs, id, `${by} took it back.`)) {
      const sentence =
        progress.state === 'running'
          ? 'The mailbox is being cleared already: this cannot be taken back any more.'
          : 'This removal has ended, or is being taken back already.';
      throw new BothyError('bad_request', sentence);
    }
    this.#options.log.info({ by, removal: id }, 'an operator takes the removal of a person back');
    this.#take(outputs);
    await this.#work;
    return this.#known(id);
  }

  of(id: string): RemovalProgress | undefined {
    const removal = this.#removals.get(id);
    const progress = this.#saga.progressOf(id);
    return removal === undefined || progress === undefined ? undefined : { removal, progress };
  }

  /** The newest first. */
  get all(): readonly RemovalProgress[] {
    const known = this.#saga.all.flatMap(({ saga }) => this.of(saga) ?? []);
    return known.sort((one, other) => other.removal.begunAt - one.removal.begunAt);
  }

  /** What is under way goes on at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await this.#work;
  }

  #known(id: string): RemovalProgress {
    const known = this.of(id);
    if (known === undefined) throw new BothyError('not_found', 'No removal of this id is known here.');
    return known;
  }

  #take(outputs: readonly SagaOutput[]): void {
    this.#work = this.#work.then(async () => {
      for (const output of outputs) if (!this.#stopped) await this.#perform(output);
    });
  }

  async #perform(output: SagaOutput): Promise<void> {
    switch (output.kind) {
      case 'persist':
        return await this.#persist(output.record);
      case 'forget':
        return await this.#forget(output.saga);
      case 'ended': {
        const { saga, state } = output.record;
        const { name, person } = this.#removals.get(saga) ?? {};
        return this.#options.log.info({ name, person, removal: saga }, `the removal of a person is ${state}`);
      }
      case 'setTimer':
        return this.#setTimer(output.key, output.afterMs);
      case 'clearTimer':
        return clearTimeout(this.#timers.get(output.key));
      default:
        // Not waited for: others go on meanwhile.
        void this.#run(output);
    }
  }

  async #run({ kind, saga, step }: Extract<SagaOutput, { kind: 'carryOut' | 'undo' }>): Promise<void> {
    const removal = this.#removals.get(saga);
    const known = removalSteps.find(({ name }) => name === step);
    // Of a later version, which is to come back for it.
    if (removal === undefined || known === undefined) return;
    const { outcome, trouble } = await this.#steps.run(kind, known.name, removal);
    if (trouble !== undefined) this.#options.log.debug({ removal: saga, step }, trouble);
    this.#take(this.#saga.stepEnded(kind, saga, step, outcome, trouble));
  }

  #setTimer(key: string, afterMs: number): void {
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.#take(this.#saga.timerFired(key));
    }, afterMs);
    this.#timers.set(key, timer.unref());
  }

  async #persist(record: SagaRecord): Promise<void> {
    for (;;) {
      try {
        return await this.#options.store.put(record);
      } catch (err) {
        if (this.#stopped) return;
        this.#options.log.error({ err, removal: record.saga }, 'how far a removal is could not be written');
      }
      await new Promise((resolve) => setTimeout(resolve, diskAgainMs).unref());
      if (this.#stopped) return;
    }
  }

  async #forget(id: string): Promise<void> {
    this.#removals.delete(id);
    // What stays on a full disk is forgotten at a later start.
    await this.#options.store.remove(id).catch(() => {});
  }
}
