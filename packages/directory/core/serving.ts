/** What other nodes ask of this one while it leads. */
import { type DirectoryCommand, type DirectoryResult, levelOfCommand, type NodeId } from '@bothy/wire';
import type { Neighbours } from './neighbours.ts';
import type { Replica } from './replica.ts';
import type { Step } from './step.ts';

interface Asked {
  readonly from: NodeId;
  readonly id: string;
}

export class Serving {
  readonly #replica: Replica;
  readonly #asked = new Map<string, Asked>();
  readonly #neighbours: Neighbours;
  #count = 0;

  constructor(replica: Replica, neighbours: Neighbours) {
    this.#replica = replica;
    this.#neighbours = neighbours;
  }

  /** `command` is null for a read. `mayPropose`: false while the own directory is handed over. */
  ask(
    step: Step,
    asked: Asked,
    directory: string,
    command: DirectoryCommand | null,
    mayPropose: boolean,
  ): void {
    if (directory !== this.#replica.directory || !this.#replica.leads || !mayPropose)
      return this.#refuse(step, asked);
    // Who asks does not see a member whose version cannot read it.
    const level = command === null ? 0 : levelOfCommand(command);
    if (this.#neighbours.behind(level, directory) !== undefined) return this.#refuse(step, asked);
    this.#count += 1;
    const key = `for ${this.#count}`;
    this.#asked.set(key, asked);
    this.#replica.run(
      step,
      command === null ? { kind: 'read', id: key, mode: 'index' } : { kind: 'propose', id: key, command },
    );
  }

  decided(step: Step, key: string, index: number | undefined, result: DirectoryResult | undefined): void {
    const asked = this.#asked.get(key);
    if (asked === undefined) return;
    this.#asked.delete(key);
    if (index === undefined) return this.#refuse(step, asked);
    step.send(asked.from, { kind: 'answer', id: asked.id, index, result: result ?? { kind: 'done' } });
  }

  #refuse(step: Step, { from, id }: Asked): void {
    const { leader } = this.#replica.raft;
    step.send(from, { kind: 'refuse', id, leader });
  }
}
