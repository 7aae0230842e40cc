/** What rooms ask of the cluster's directory, and what they are told of it. It decides nothing. */
import type { RoomsInput, RoomsOutput } from '@bothy/rooms/core';
import type { DirectoryResult, DirectoryRoomClaim, RoomId } from '@bothy/wire';
import { type DirectoryChange, type DirectoryDesk, refusalOf } from '../directory/directory-desk.ts';

type Question = Extract<RoomsOutput, { readonly kind: 'askDirectory' }>;

/** When the rooms have too much to do. */
const againMs = 100;

export interface RoomsDirectoryOptions {
  readonly desk: DirectoryDesk;
  /** Gives the rooms of this start an input. False when it cannot be taken now. */
  readonly input: (input: RoomsInput) => boolean;
  /** Rooms that this node holds. */
  readonly held: () => readonly RoomId[];
}

/** Of one start of the rooms: an answer to what an earlier one asked is nobody's. */
export class RoomsDirectory {
  readonly #options: RoomsDirectoryOptions;
  readonly #stopListening: () => void;
  #ended = false;

  constructor(options: RoomsDirectoryOptions) {
    this.#options = options;
    this.#stopListening = options.desk.onChanged((change) => this.#changed(change));
  }

  /** The rooms run. */
  began(): void {
    // Before the first start of the directory is over nothing is known; it says so itself then.
    if (this.#options.desk.view !== undefined) this.#sayWhole();
  }

  ask({ id, command }: Question): void {
    const { desk } = this.#options;
    const result = knownResult(desk, command);
    if (result !== undefined) return this.#answer(id, { ok: true, result });
    desk.command(command).then(
      (result) => this.#answer(id, { ok: true, result }),
      (thrown: unknown) => this.#answer(id, refusalOf(thrown)),
    );
  }

  end(): void {
    this.#ended = true;
    this.#stopListening();
  }

  #answer(id: string, result: Extract<RoomsInput, { kind: 'directoryAnswered' }>['result']): void {
    this.#give({ kind: 'directoryAnswered', id, result });
  }

  /** Lost, an answer would be waited for for ever. */
  #give(input: RoomsInput): void {
    if (this.#ended || this.#options.input(input)) return;
    setTimeout(() => this.#give(input), againMs).unref();
  }

  #changed(change: DirectoryChange): void {
    if (change.kind === 'standing') return;
    if (change.kind === 'replaced') return this.#sayWhole();
    const { command, result } = change;
    if (command.kind === 'claimRoom' && result.kind === 'claimed') return this.#say([command.claim], []);
    if (command.kind === 'buryRoom' && result.kind === 'done') return this.#say([], [command.room]);
    if (command.kind === 'takeIn') this.#sayWhole();
  }

  #say(rooms: readonly DirectoryRoomClaim[], buried: readonly RoomId[]): void {
    this.#give({ kind: 'directorySays', whole: false, rooms, buried });
  }

  #sayWhole(): void {
    const { desk, held } = this.#options;
    const all = held();
    const rooms = all.flatMap((room) => desk.room(room) ?? []);
    const buried = all.filter((room) => desk.isBuried(room));
    this.#give({ kind: 'directorySays', whole: true, rooms, buried });
  }
}

/** What is known here already costs no round: what a directory knows of rooms it knows for ever. */
function knownResult(desk: DirectoryDesk, command: Question['command']): DirectoryResult | undefined {
  if (command.kind === 'buryRoom') return desk.isBuried(command.room) ? { kind: 'done' } : undefined;
  const { room, administrator, epoch } = command.claim;
  if (desk.isBuried(room)) return { kind: 'roomBuried' };
  const known = desk.room(room);
  return known?.administrator === administrator && known.epoch >= epoch ? { kind: 'claimed' } : undefined;
}
