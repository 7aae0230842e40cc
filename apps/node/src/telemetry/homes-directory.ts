/** What monitoring asks of the cluster's directory about homes of edges, and what it is told. It decides nothing. */
import type { NodeInput, NodeOutput } from '@bothy/telemetry/core';
import type { EdgeHome, EdgeId } from '@bothy/wire';
import { CoreAtDirectory } from '../directory/core-at-directory.ts';
import type { DirectoryDesk } from '../directory/directory-desk.ts';

type Question = Extract<NodeOutput, { readonly kind: 'askDirectory' }>;

export interface HomesDirectoryOptions {
  readonly desk: DirectoryDesk;
  /** Gives the cores of this start an input. False when it cannot be taken now. */
  readonly input: (input: NodeInput) => boolean;
}

export class HomesDirectory {
  readonly #core: CoreAtDirectory<NodeInput>;

  constructor({ desk, input }: HomesDirectoryOptions) {
    this.#core = new CoreAtDirectory<NodeInput>({
      desk,
      input,
      whole: () => ({ kind: 'directorySays', whole: true, homes: desk.homes(), gone: [] }),
      told: ({ command, result }) => {
        switch (command.kind) {
          case 'claimHome':
          case 'moveHome':
            return result.kind === 'home' && result.home !== null ? said([result.home], []) : undefined;
          case 'forgetHome':
            return said([], [command.edge]);
          case 'removeNode':
            return result.kind === 'removed' ? said(result.moved, []) : undefined;
          default:
            return undefined;
        }
      },
    });
  }

  /** The cores run. */
  began(): void {
    this.#core.began();
  }

  ask({ id, command }: Question): void {
    this.#core.ask(id, command);
  }

  end(): void {
    this.#core.end();
  }
}

function said(homes: readonly EdgeHome[], gone: readonly EdgeId[]): NodeInput {
  return { kind: 'directorySays', whole: false, homes, gone };
}
