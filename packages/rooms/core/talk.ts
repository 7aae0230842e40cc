/** What other nodes say, and which part of this one it is for. */
import type { Author, NodeId, Position, RoomId } from '@bothy/wire';
import type { Commands } from './commands.ts';
import type { RoomClusterMessage } from './inputs.ts';
import type { Parts } from './parts.ts';
import type { Step } from './step.ts';
import type { Twins } from './twins.ts';

export class Talk {
  readonly #parts: Parts;
  readonly #twins: Twins;
  readonly #commands: Commands;

  constructor(parts: Parts, twins: Twins, commands: Commands) {
    this.#parts = parts;
    this.#twins = twins;
    this.#commands = commands;
  }

  heard(step: Step, from: NodeId, message: RoomClusterMessage): void {
    const { shelf, nodes, followers, copies, forwards, deletions } = this.#parts;
    switch (message.kind) {
      case 'heartbeat':
        return nodes.heartbeat(step, from, message);
      case 'swim':
        return nodes.swim(step, from, message);
      case 'directory':
        return this.#listed(step, from, message);
      case 'follow':
        return this.#follow(step, from, message.room, message.after, message.online);
      case 'unfollow': {
        const room = shelf.own(message.room);
        return room === undefined ? undefined : followers.unfollow(step, room, from);
      }
      case 'following':
        return copies.following(step, from, message);
      case 'notFollowing':
        return copies.notFollowing(step, from, message);
      case 'deliver':
        return copies.deliver(step, from, message);
      case 'forward':
        return this.#commands.forward(step, from, message);
      case 'forwarded':
        return forwards.forwarded(step, from, message.id, message.result);
      case 'presence':
        return this.#presence(step, from, message);
      case 'typing': {
        const room = shelf.get(message.room);
        if (room === undefined || !room.isMember(message.person)) return;
        return this.#commands.typing(step, room, message.person, message.name, message.active, from);
      }
      case 'forget':
        nodes.forget(step, message.node);
        return;
      case 'commit':
        return deletions.message(step, from, message.message);
    }
  }

  #listed(
    step: Step,
    from: NodeId,
    { rooms, removed, whole }: Extract<RoomClusterMessage, { kind: 'directory' }>,
  ): void {
    const { shelf, directory, copies } = this.#parts;
    // It runs with a data folder from before it deleted them.
    for (const { id } of rooms) {
      if (shelf.isBuried(id)) step.send(from, { kind: 'notFollowing', room: id, reason: 'deleted' });
    }
    this.#commands.infos.changed(new Set([...rooms.map(({ id }) => id), ...removed]));
    const isWhole = directory.told(from, rooms, removed, whole);
    this.#twins.listed(step, rooms);
    if (isWhole) copies.unlisted(step, from, (room) => directory.isListed(from, room));
  }

  #follow(step: Step, from: NodeId, id: RoomId, after: Position, online: readonly Author[]): void {
    const { shelf, followers } = this.#parts;
    const room = shelf.own(id);
    if (room !== undefined) return followers.follow(step, room, from, after, online);
    const reason = shelf.isBuried(id) ? 'deleted' : 'unknown';
    step.send(from, { kind: 'notFollowing', room: id, reason });
  }

  #presence(step: Step, from: NodeId, message: Extract<RoomClusterMessage, { kind: 'presence' }>): void {
    const { shelf, copies, attendance } = this.#parts;
    const room = shelf.own(message.room);
    if (room === undefined) return copies.presence(step, from, message);
    attendance.told(step, room, message.persons, from);
  }
}
