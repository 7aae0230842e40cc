/** The parts of one node's core, as they know each other, and what several of them ask. */
import type { Random } from '@bothy/protocols';
import type { Author, RoomInfo, RoomResult } from '@bothy/wire';
import type { Attendance } from './attendance.ts';
import type { Claims } from './claims.ts';
import type { RoomsConfig } from './config.ts';
import type { Copies } from './copies.ts';
import type { Deletions } from './deletions.ts';
import type { Directory } from './directory.ts';
import type { Followers } from './followers.ts';
import type { Forwards } from './forwards.ts';
import type { Nodes } from './nodes.ts';
import type { Ordering, Origin } from './ordering.ts';
import type { Room } from './room.ts';
import type { Serving } from './serving.ts';
import type { Sessions } from './sessions.ts';
import type { Shelf } from './shelf.ts';
import { refusal, type Step } from './step.ts';
import type { Tails } from './tails.ts';

export interface Parts {
  readonly config: RoomsConfig;
  readonly random: Random;
  readonly tails: Tails;
  readonly shelf: Shelf;
  readonly nodes: Nodes;
  readonly sessions: Sessions;
  readonly serving: Serving;
  readonly attendance: Attendance;
  readonly followers: Followers;
  readonly copies: Copies;
  readonly directory: Directory;
  readonly forwards: Forwards;
  readonly ordering: Ordering;
  readonly deletions: Deletions;
  readonly claims: Claims;
}

export function answer(step: Step, { id, session, node }: Origin, result: RoomResult): void {
  if (node === null) step.reply(id, session, result);
  else step.send(node, { kind: 'forwarded', id, result });
}

export function stateOf({ shelf, nodes, copies }: Parts, room: Room): RoomInfo['state'] {
  if (shelf.isOwn(room)) return 'available';
  if (!nodes.isReachable(room.administrator)) return 'unavailable';
  return copies.isLive(room.id) ? 'available' : 'catchingUp';
}

/** The room is still here, and this person in it. */
export function isIn({ shelf }: Parts, room: Room, person: Author): boolean {
  return shelf.get(room.id) === room && room.isMember(person);
}

export function unknownRoom({ nodes }: Parts): Extract<RoomResult, { ok: false }> {
  const [node] = nodes.unreachable;
  if (node === undefined)
    return refusal('room_not_found', 'There is no such room, or it needs an invitation.');
  const sentence = `This room is not known here, and the node ${node} cannot be asked. Try again when it is back.`;
  return refusal('administrator_unreachable', sentence);
}
