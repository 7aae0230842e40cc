/** The end of a room here: deleted, made twice, or buried in the directory of the cluster. */
import type { NodeId } from '@bothy/wire';
import type { Parts } from './parts.ts';
import type { Room } from './room.ts';
import type { Step } from './step.ts';

export interface Burial {
  /** Nodes that hear of it as participants. */
  readonly told?: readonly NodeId[] | undefined;
  readonly reason?: string | undefined;
  /** The directory said so: it need not be told. */
  readonly isSaid?: boolean;
}

export function buryRoom(parts: Parts, step: Step, room: Room, burial: Burial): void {
  const { shelf, nodes, sessions, ordering, copies, followers, attendance, tails, directory, claims } = parts;
  const { told = [], reason = 'This room was deleted.', isSaid = false } = burial;
  const isOwn = shelf.isOwn(room);
  step.persist({ kind: 'deleteRoom', room: room.id, epoch: room.epoch });
  // Where the node that ordered it is gone for good, nobody else would tell the directory.
  if (!isSaid && (isOwn || !nodes.others.includes(room.administrator))) claims.bury(step, room);
  step.notice({ room: room.id }, { kind: 'state', room: room.id, state: 'deleted', reason });
  shelf.bury(room);
  sessions.detachAll(step, room);
  ordering.forget(step, room);
  copies.forget(step, room.id);
  // Who began to follow it after the votes were asked for took no part.
  for (const node of followers.reached(room.id)) {
    if (!told.includes(node)) step.send(node, { kind: 'notFollowing', room: room.id, reason: 'deleted' });
  }
  followers.forget(room.id);
  attendance.forget(step, room.id);
  tails.drop(room.id);
  directory.forgetRoom(room.id);
  if (isOwn) directory.removed(step, room.id);
}
