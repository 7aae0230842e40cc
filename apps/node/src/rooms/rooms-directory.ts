/** What rooms ask of the cluster's directory, and what they are told of it. It decides nothing. */
import type { RoomsInput, RoomsOutput } from '@bothy/rooms/core';
import type { DirectoryResult, DirectoryRoomClaim, RoomId } from '@bothy/wire';
import { type DirectoryChange, type DirectoryDesk, refusalOf } from '../directory/directory-desk.ts';

type Question = Extract<RoomsOutput, { readonly kind: 'askDirectory' }>;

export interface RoomsDirectoryOptions {
  /** Without one this node alone says what rooms there are. */
  readonly desk: DirectoryDesk | undefined;
  /** Gives the rooms of this start an input. */
  readonly input: (input: RoomsInput) => void;
  /** Rooms that this node holds. */
  readonly held: () => readonly RoomId[];
}

/** Of one start of the rooms: an answer to what an earlier one asked is nobody's. */
export class RoomsDirectory {
  readonly #options: RoomsDirectoryOptions;
  readonly #stopListening: (() => void) | undefined;
  #ended = false;

  constructor(options: RoomsDirectoryOptions) {
    this.#options = options;
    this.#stopListening = options.desk?.onChanged((change) => this.#changed(change));
  }

  /** The rooms run. */
  began(): void {
    // Before the first start of the directory is over nothing is known; it says so itself then.
    if (this.#options.desk?.view !== undefined) this.#sayWhole();
  }

  ask({ id, command }: Question): void {
    const { desk } = this.#options;
    if (desk === undefined) return this.#answer(id, { ok: true, result: ownWord(command) });
    const result = knownResult(desk, command);
    if (result !== undefined) return this.#answer(id, { ok: true, result });
    desk.command(command).then(
      (result) => this.#answer(id, { ok: true, result }),
      (thrown: unknown) => this.#answer(id, refusalOf(thrown)),
    );
  }

  end(): void {
    this.#ended = true;
    this.#stopListening?.();
  }

  #answer(id: string, result: Extract<RoomsInput, { kind: 'directoryAnswered' }>['result']): void {
    if (!this.#ended) this.#options.input({ kind: 'directoryAnswered', id, result });
  }

  #changed(change: DirectoryChange): void {
    if (change.kind === 'standing') return;
    if (change.kind === 'replaced') return this.#sayWhole();
    const { command, result } = change;
    if (command.kind === 'claimRoom' && result.kind === 'claimed') return this.#say([command.claim], []);
    if (command.kind === 'buryRoom' && result.kind === 'done') return this.#say([], [command.room]);
    if (command.kind !== 'takeIn') return;
    this.#say(
      command.content.rooms,
      command.content.buried.map(({ room }) => room),
    );
  }

  #say(rooms: readonly DirectoryRoomClaim[], buried: readonly RoomId[]): void {
    if (rooms.length === 0 && buried.length === 0) return;
    this.#options.input({ kind: 'directorySays', whole: false, rooms, buried });
  }

  #sayWhole(): void {
    const { desk, held, input } = this.#options;
    if (desk === undefined) return;
    const all = held();
    const rooms = all.flatMap((room) => desk.room(room) ?? []);
    input({ kind: 'directorySays', whole: true, rooms, buried: all.filter((room) => desk.isBuried(room)) });
  }
}

function ownWord({ kind }: Question['command']): DirectoryResult {
  return kind === 'claimRoom' ? { kind: 'claimed' } : { kind: 'done' };
}

/** What is known here already costs no round: what a directory knows of rooms it knows for ever. */
function knownResult(desk: DirectoryDesk, command: Question['command']): DirectoryResult | undefined {
  if (command.kind === 'buryRoom') return desk.isBuried(command.room) ? { kind: 'done' } : undefined;
  const { room, administrator, epoch } = command.claim;
  if (desk.isBuried(room)) return { kind: 'roomBuried' };
  const known = desk.room(room);
  return known?.administrator === administrator && known.epoch >= epoch ? { kind: 'claimed' } : undefined;
}
