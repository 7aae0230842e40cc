/** New rooms of this node: the one that it offers from its first start, and those that people make. */
import type { Random } from '@bothy/protocols';
import type { LocalCommand, RoomActor, RoomEntry, RoomId, RoomResult } from '@bothy/wire';
import { bounds } from './config.ts';
import type { Origin } from './ordering.ts';
import { type Parts, stateOf } from './parts.ts';
import { Room } from './room.ts';
import { refusal, type Step } from './step.ts';
import { creationLetters } from './twins.ts';

export class RoomMaking {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Open to everybody at this node, who owns it together: nobody does. */
  makeDefault(step: Step): void {
    const { id } = this.#parts.config.self;
    const actor: RoomActor = { person: `node:${id}`, name: id, verified: true, operator: true };
    const command: Extract<LocalCommand, { kind: 'create' }> = {
      kind: 'create',
      requestId: '~default',
      name: this.#parts.config.defaultRoom,
      description: 'Open to everybody at this node.',
      visibility: 'public',
    };
    this.#makeRoom(step, actor, command, '', false);
  }

  create(
    step: Step,
    { id, session }: Origin,
    actor: RoomActor,
    command: Extract<LocalCommand, { kind: 'create' }>,
    creation = '',
  ): void {
    const known = this.#known(`${actor.person} ${command.requestId}`, creation);
    if (known !== undefined) return step.reply(id, session, known);
    if (this.#parts.shelf.ownCount >= bounds.roomsPerNode) {
      const sentence = `This node keeps ${bounds.roomsPerNode} rooms, which is as many as fit. Delete some, or use another node.`;
      return step.reply(id, session, refusal('limit_reached', sentence));
    }
    const { room, entries } = this.#makeRoom(step, actor, command, creation, true);
    step.reply(id, session, { ok: true, value: { room: room.info('available') } });
    const opened = session === null ? undefined : this.#parts.sessions.get(session);
    if (opened === undefined) return;
    this.#parts.sessions.attach(step, opened, room);
    step.deliver(room.id, entries, undefined);
  }

  /** What was asked for before: here, or as far as is known here at another node. */
  #known(createdBy: string, creation: string): RoomResult | undefined {
    const { shelf, directory } = this.#parts;
    const own = shelf.all.find((room) => room.createdBy === createdBy);
    if (own !== undefined) return { ok: true, value: { room: own.info('available') } };
    if (creation === '') return undefined;
    const [copy] = shelf.ofCreation(creation);
    const room = directory.ofCreation(creation) ?? copy?.info(stateOf(this.#parts, copy));
    if (room !== undefined) return { ok: true, value: { room } };
    return shelf.isCreationBuried(creation)
      ? refusal('room_deleted', 'The room that this request made was deleted. Make up a new requestId.')
      : undefined;
  }

  #makeRoom(
    step: Step,
    actor: RoomActor,
    command: Extract<LocalCommand, { kind: 'create' }>,
    creation: string,
    joins: boolean,
  ): { readonly room: Room; readonly entries: readonly RoomEntry[] } {
    const { name, description, visibility, requestId } = command;
    const administrator = this.#parts.config.self.id;
    const room = new Room({
      id: roomId(creation, this.#parts.random),
      name,
      description,
      visibility,
      administrator,
      epoch: 1,
      base: 0,
      lastSeq: 0,
      memberCount: 0,
      createdBy: `${actor.person} ${requestId}`,
      pinned: [],
    });
    this.#parts.shelf.add(room);
    step.persist(
      { kind: 'putRoom', room: room.record() },
      { kind: 'putEpoch', room: room.id, epoch: 1, firstSeq: 1, administrator },
    );
    const author = { author: actor.person, name: actor.name };
    const created = { kind: 'created', roomName: name, description, visibility } as const;
    const joined = { kind: 'joined', person: actor.person, personName: actor.name, role: 'owner' } as const;
    const drafts = [
      { ...author, key: requestId, content: created },
      ...(joins ? [{ ...author, key: '~joined', content: joined }] : []),
    ];
    const entries = this.#parts.ordering.begin(step, room, drafts);
    this.#parts.directory.changed(step, room.id);
    return { room, entries };
  }
}

/** 100 bits: nobody guesses the id of a private room, and no two nodes make the same. The last 20 are always random. */
function roomId(creation: string, random: Random): RoomId {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  const first = creation.length === creationLetters ? creation : '';
  return first + Array.from({ length: 20 - first.length }, () => letters[random.below(32)]).join('');
}
