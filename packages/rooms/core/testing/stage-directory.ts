/** The directory of the nodes on a stage: it answers at once, and tells those that hear the node which asked. */
import type { DirectoryRefused, RoomsInput } from '@bothy/rooms/core';
import type { RoomId } from '@bothy/wire';
import { DirectoryModel, type RoomDirectoryCommand } from './directory-model.ts';

export interface StageOfDirectory {
  readonly ids: readonly string[];
  isLinked(one: string, other: string): boolean;
  held(id: string): readonly RoomId[];
  step(id: string, input: RoomsInput): void;
}

export class StageDirectory {
  /** Nodes that have not met have one each. */
  of: (node: string) => DirectoryModel;
  /** What is refused; with `mayHappen` it is carried out all the same, and nobody hears of it. Null: no answer yet. */
  refuses: (node: string) => DirectoryRefused | null | undefined = () => undefined;
  /** Nobody hears of it but who asked: what is known elsewhere is older. */
  lags = false;
  /** What has not been answered. */
  readonly waiting: { readonly node: string; readonly id: string; readonly command: RoomDirectoryCommand }[] =
    [];
  /** All that was ever asked. */
  readonly asked: RoomDirectoryCommand[] = [];
  readonly #stage: StageOfDirectory;

  constructor(stage: StageOfDirectory) {
    const shared = new DirectoryModel();
    this.of = () => shared;
    this.#stage = stage;
  }

  /** All that is known of the rooms of a node. */
  tellWhole(node: string): void {
    if (this.lags) return;
    const about = this.of(node).about(this.#stage.held(node));
    this.#stage.step(node, { kind: 'directorySays', whole: true, ...about });
  }

  answerAll(): void {
    for (const { node, id, command } of this.waiting.splice(0)) this.ask(node, id, command);
  }

  ask(node: string, id: string, command: RoomDirectoryCommand): void {
    this.asked.push(command);
    const refused = this.refuses(node);
    if (refused === null) return void this.waiting.push({ node, id, command });
    if (refused !== undefined) {
      if (refused.mayHappen) this.of(node).do(command);
      return this.#stage.step(node, { kind: 'directoryAnswered', id, result: refused });
    }
    const result = this.of(node).do(command);
    const rooms = command.kind === 'claimRoom' && result.kind === 'claimed' ? [command.claim] : [];
    const buried = command.kind === 'buryRoom' ? [command.room] : [];
    for (const each of this.#stage.ids) {
      const hears = each === node || (!this.lags && this.#stage.isLinked(each, node));
      if (hears && this.of(each) === this.of(node)) {
        this.#stage.step(each, { kind: 'directorySays', whole: false, rooms, buried });
      }
    }
    this.#stage.step(node, { kind: 'directoryAnswered', id, result: { ok: true, result } });
  }
}
