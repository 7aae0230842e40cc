/** New rooms of this node: the one that it offers from its first start, and those that people make. */
import type { Random } from '@bothy/protocols';
import type { LocalCommand, RoomActor, RoomEntry, RoomId } from '@bothy/wire';
import { bounds } from './config.ts';
import type { Origin } from './ordering.ts';
import type { Parts } from './parts.ts';
import { Room } from './room.ts';
import { refusal, type Step } from './step.ts';

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
    this.#makeRoom(step, actor, command, false);
  }

  create(
    step: Step,
    { id, session }: Origin,
    actor: RoomActor,
    command: Extract<LocalCommand, { kind: 'create' }>,
  ): void {
    const createdBy = `${actor.person} ${command.requestId}`;
    const known = this.#parts.shelf.all.find((room) => room.createdBy === createdBy);
    if (known !== undefined)
      return step.reply(id, session, { ok: true, value: { room: known.info('available') } });
    if (this.#parts.shelf.ownCount >= bounds.roomsPerNode) {
      const sentence = `This node keeps ${bounds.roomsPerNode} rooms, which is as many as fit. Delete some, or use another node.`;
      return step.reply(id, session, refusal('limit_reached', sentence));
    }
    const { room, entries } = this.#makeRoom(step, actor, command, true);
    step.reply(id, session, { ok: true, value: { room: room.info('available') } });
    const opened = session === null ? undefined : this.#parts.sessions.get(session);
    if (opened === undefined) return;
    this.#parts.sessions.attach(step, opened, room);
    step.deliver(room.id, entries, undefined);
  }

  #makeRoom(
    step: Step,
    actor: RoomActor,
    command: Extract<LocalCommand, { kind: 'create' }>,
    joins: boolean,
  ): { readonly room: Room; readonly entries: readonly RoomEntry[] } {
    const { name, description, visibility, requestId } = command;
    const administrator = this.#parts.config.self.id;
    const room = new Room({
      id: roomId(this.#parts.random),
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

/** 100 bits: nobody guesses the id of a private room, and no two nodes make the same. */
function roomId(random: Random): RoomId {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from({ length: 20 }, () => letters[random.below(32)]).join('');
}
