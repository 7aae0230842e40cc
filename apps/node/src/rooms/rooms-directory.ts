/** What rooms ask of the cluster's directory, and what they are told of it. It decides nothing. */
import type { RoomsInput, RoomsOutput } from '@bothy/rooms/core';
import type { DirectoryResult, DirectoryRoomClaim, RoomId } from '@bothy/wire';
import { CoreAtDirectory } from '../directory/core-at-directory.ts';
import type { DirectoryDesk } from '../directory/directory-desk.ts';

type Question = Extract<RoomsOutput, { readonly kind: 'askDirectory' }>;

export interface RoomsDirectoryOptions {
  readonly desk: DirectoryDesk;
  /** Gives the rooms of this start an input. False when it cannot be taken now. */
  readonly input: (input: RoomsInput) => boolean;
  /** Rooms that this node holds. */
  readonly held: () => readonly RoomId[];
}

export class RoomsDirectory {
  readonly #desk: DirectoryDesk;
  readonly #core: CoreAtDirectory<RoomsInput>;

  constructor({ desk, input, held }: RoomsDirectoryOptions) {
    this.#desk = desk;
    this.#core = new CoreAtDirectory<RoomsInput>({
      desk,
      input,
      whole: () => {
        const all = held();
        const rooms = all.flatMap((room) => desk.room(room) ?? []);
        const buried = all.filter((room) => desk.isBuried(room));
        return { kind: 'directorySays', whole: true, rooms, buried };
      },
      told: ({ command, result }) => {
        if (command.kind === 'claimRoom' && result.kind === 'claimed') return said([command.claim], []);
        if (command.kind === 'buryRoom' && result.kind === 'done') return said([], [command.room]);
        return undefined;
      },
    });
  }

  /** The rooms run. */
  began(): void {
    this.#core.began();
  }

  ask({ id, command }: Question): void {
    const result = knownResult(this.#desk, command);
    if (result === undefined) this.#core.ask(id, command);
    else this.#core.answer(id, { ok: true, result });
  }

  end(): void {
    this.#core.end();
  }
}

function said(rooms: readonly DirectoryRoomClaim[], buried: readonly RoomId[]): RoomsInput {
  return { kind: 'directorySays', whole: false, rooms, buried };
}

/** What is known here already costs no round: what a directory knows of rooms it knows for ever. */
function knownResult(desk: DirectoryDesk, command: Question['command']): DirectoryResult | undefined {
  if (command.kind === 'buryRoom') return desk.isBuried(command.room) ? { kind: 'done' } : undefined;
  const { room, administrator, epoch } = command.claim;
  if (desk.isBuried(room)) return { kind: 'roomBuried' };
  const known = desk.room(room);
  return known?.administrator === administrator && known.epoch >= epoch ? { kind: 'claimed' } : undefined;
}
