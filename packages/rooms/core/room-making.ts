/** New rooms of this node: the one that it offers from its first start, and those that people make. */
import type { Random } from '@bothy/protocols';
import type { DirectoryRoomClaim, LocalCommand, RoomActor, RoomEntry, RoomId, RoomResult } from '@bothy/wire';
import type { Draft } from './claims.ts';
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
    const { room } = this.#makeRoom(step, actor, command, '', false);
    // At once: who starts a node alone, or while the directory is out of reach, is to have it.
    this.#parts.shelf.add(room);
    this.#parts.directory.changed(step, room.id);
    this.#parts.claims.claim(step, room);
  }

  create(
    step: Step,
    { id, session }: Origin,
    actor: RoomActor,
    command: Extract<LocalCommand, { kind: 'create' }>,
    creation = '',
  ): void {
    const createdBy = `${actor.person} ${command.requestId}`;
    const known = this.#known(createdBy, creation);
    if (known !== undefined) return step.reply(id, session, known);
    const { shelf, claims } = this.#parts;
    const draft = claims.draftCreatedBy(createdBy);
    if (draft !== undefined) return claims.await(step, draft, { id, session });
    if (claims.draftCount >= bounds.drafts) {
      const sentence = `${bounds.drafts} new rooms wait for the directory of this cluster. Try again in a moment.`;
      return step.reply(id, session, refusal('rate_limited', sentence));
    }
    if (shelf.ownCount + claims.draftCount >= bounds.roomsPerNode) {
      const sentence = `This node keeps ${bounds.roomsPerNode} rooms, which is as many as fit. Delete some, or use another node.`;
      return step.reply(id, session, refusal('limit_reached', sentence));
    }
    const { room, entries } = this.#makeRoom(step, actor, command, creation, true);
    claims.make(step, room, entries, { id, session });
  }

  /** The directory has the room: it is there from now on. */
  claimed(step: Step, { room, entries, waiting }: Draft): void {
    const { shelf, directory, sessions, attendance } = this.#parts;
    shelf.add(room);
    directory.changed(step, room.id);
    const value = { room: room.info('available') };
    for (const { id, session } of waiting) step.reply(id, session, { ok: true, value });
    // Who asked first, and is still there, goes on in it.
    const session = entries.length === 0 ? undefined : waiting[0]?.session;
    const opened = session == null ? undefined : sessions.get(session);
    if (opened === undefined) return attendance.started(step, room);
    sessions.attach(step, opened, room);
    step.deliver(room.id, entries, undefined);
  }

  /** The room that was made by this creation before, as far as this node knows it. */
  winner({ room, administrator }: DirectoryRoomClaim): RoomResult {
    const { shelf, directory } = this.#parts;
    const held = shelf.get(room);
    const info = held === undefined ? directory.infoOf(room) : held.info(stateOf(this.#parts, held));
    if (info !== undefined) return { ok: true, value: { room: info } };
    const sentence = `This request made a room at the node ${administrator} before, of which this one has not heard yet. Ask again in a moment, with the same requestId.`;
    return refusal('administrator_unreachable', sentence);
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
    return { room, entries: this.#parts.ordering.begin(step, room, drafts) };
  }
}

/** 100 bits: nobody guesses the id of a private room, and no two nodes make the same. The last 20 are always random. */
function roomId(creation: string, random: Random): RoomId {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  const first = creation.length === creationLetters ? creation : '';
  return first + Array.from({ length: 20 - first.length }, () => letters[random.below(32)]).join('');
}
