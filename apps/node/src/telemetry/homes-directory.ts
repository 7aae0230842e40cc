/** What monitoring asks of the cluster's directory about homes of edges, and what it is told. It decides nothing. */
import type { NodeInput, NodeOutput } from '@bothy/telemetry/core';
import type { EdgeHome, EdgeId } from '@bothy/wire';
import { type DirectoryChange, type DirectoryDesk, refusalOf } from '../directory/directory-desk.ts';

type Question = Extract<NodeOutput, { readonly kind: 'askDirectory' }>;

export interface HomesDirectoryOptions {
  readonly desk: DirectoryDesk;
  /** Gives the cores of this start an input. False when it cannot be taken now. */
  readonly input: (input: NodeInput) => boolean;
}

/** When monitoring has too much to do. */
const againMs = 100;

/** Of one start of monitoring: an answer to what an earlier one asked is nobody's. */
export class HomesDirectory {
  readonly #options: HomesDirectoryOptions;
  readonly #stopListening: () => void;
  #ended = false;

  constructor(options: HomesDirectoryOptions) {
    this.#options = options;
    this.#stopListening = options.desk.onChanged((change) => this.#changed(change));
  }

  /** The cores run. */
  began(): void {
    // Before the first start of the directory is over nothing is known; it says so itself then.
    if (this.#options.desk.view !== undefined) this.#sayWhole();
  }

  ask({ id, command }: Question): void {
    this.#options.desk.command(command).then(
      (result) => this.#give({ kind: 'directoryAnswered', id, result: { ok: true, result } }),
      (thrown: unknown) => this.#give({ kind: 'directoryAnswered', id, result: refusalOf(thrown) }),
    );
  }

  end(): void {
    this.#ended = true;
    this.#stopListening();
  }

  /** Lost, an answer would be waited for for ever. */
  #give(input: NodeInput): void {
    if (this.#ended || this.#options.input(input)) return;
    setTimeout(() => this.#give(input), againMs).unref();
  }

  #changed(change: DirectoryChange): void {
    if (change.kind === 'standing') return;
    if (change.kind === 'replaced') return this.#sayWhole();
    const { command, result } = change;
    switch (command.kind) {
      case 'claimHome':
      case 'moveHome':
        if (result.kind === 'home' && result.home !== null) this.#say([result.home], []);
        return;
      case 'forgetHome':
        return this.#say([], [command.edge]);
      case 'removeNode':
        return result.kind === 'removed' ? this.#say(result.moved, []) : undefined;
      case 'takeIn':
        return this.#sayWhole();
    }
  }

  #say(homes: readonly EdgeHome[], gone: readonly EdgeId[]): void {
    this.#give({ kind: 'directorySays', whole: false, homes, gone });
  }

  #sayWhole(): void {
    this.#give({ kind: 'directorySays', whole: true, homes: this.#options.desk.homes(), gone: [] });
  }
}
