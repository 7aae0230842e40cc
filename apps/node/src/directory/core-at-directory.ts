/**
 * Joins a core to the cluster's directory: carries what it asks there, and tells it what is decided. Of one start of the
 * core: an answer to what an earlier one asked is nobody's. What a change means to the core is for the caller to say.
 */
import type { DirectoryRefusal } from '@bothy/directory/core';
import type { DirectoryCommand, DirectoryResult } from '@bothy/wire';
import { type DirectoryChange, type DirectoryDesk, refusalOf } from './directory-desk.ts';

export interface DirectoryAnswered {
  readonly kind: 'directoryAnswered';
  readonly id: string;
  readonly result: { readonly ok: true; readonly result: DirectoryResult } | DirectoryRefusal;
}

export interface CoreAtDirectoryOptions<Input> {
  readonly desk: Pick<DirectoryDesk, 'command' | 'onChanged' | 'view'>;
  /** Gives the core an input. False when it cannot be taken now. */
  readonly input: (input: Input | DirectoryAnswered) => boolean;
  /** All that the core has to know of. */
  readonly whole: () => Input;
  /** What one change means to it; undefined: nothing. */
  readonly told: (change: Extract<DirectoryChange, { kind: 'changed' }>) => Input | undefined;
}

/** When the core has too much to do. */
const againMs = 100;

export class CoreAtDirectory<Input> {
  readonly #options: CoreAtDirectoryOptions<Input>;
  readonly #stopListening: () => void;
  #ended = false;
  /** A change could not be told: all is, once the core takes it, and none of the changes until then. */
  #isBehind = false;

  constructor(options: CoreAtDirectoryOptions<Input>) {
    this.#options = options;
    this.#stopListening = options.desk.onChanged((change) => this.#changed(change));
  }

  /** The core runs. */
  began(): void {
    // Before the first start of the directory is over nothing is known; it says so itself then.
    if (this.#options.desk.view !== undefined && !this.#isBehind) this.#tell(this.#options.whole());
  }

  ask(id: string, command: DirectoryCommand): void {
    this.#options.desk.command(command).then(
      (result) => this.answer(id, { ok: true, result }),
      (thrown: unknown) => this.answer(id, refusalOf(thrown)),
    );
  }

  /** Also for what is known without asking. Lost, it would be waited for for ever; the core asks for so much at most. */
  answer(id: string, result: DirectoryAnswered['result']): void {
    if (this.#ended || this.#options.input({ kind: 'directoryAnswered', id, result })) return;
    setTimeout(() => this.answer(id, result), againMs).unref();
  }

  end(): void {
    this.#ended = true;
    this.#stopListening();
  }

  /** One by one they would wait without a bound, and come after what has changed since. */
  #tell(input: Input): void {
    if (this.#ended || this.#options.input(input)) return;
    this.#isBehind = true;
    setTimeout(() => {
      this.#isBehind = false;
      if (!this.#ended) this.#tell(this.#options.whole());
    }, againMs).unref();
  }

  #changed(change: DirectoryChange): void {
    if (change.kind === 'standing') return;
    if (this.#isBehind) return;
    const { whole, told } = this.#options;
    // What a newcomer brought may be about anything.
    const isAll = change.kind === 'replaced' || change.command.kind === 'takeIn';
    const input = isAll ? whole() : told(change);
    if (input !== undefined) this.#tell(input);
  }
}
