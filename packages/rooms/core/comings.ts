/** The first session of a person in a room at this node, and the end of the last one: the administrator is to know. */
import type { Author } from '@bothy/wire';
import type { Parts } from './parts.ts';
import type { Room } from './room.ts';
import type { Step } from './step.ts';

export function came(parts: Parts, step: Step, room: Room, person: Author): void {
  const { shelf, attendance, copies, config } = parts;
  if (shelf.isOwn(room)) return attendance.came(step, room, person, config.self.id);
  copies.wanted(step, room);
  report(parts, step, room, person, 'online');
}

export function went(parts: Parts, step: Step, room: Room, person: Author): void {
  const { shelf, attendance, config } = parts;
  if (shelf.isOwn(room)) attendance.went(step, room, person, config.self.id, false);
  else report(parts, step, room, person, 'away');
}

function report(
  { nodes }: Parts,
  step: Step,
  { id, administrator }: Room,
  person: Author,
  presence: 'online' | 'away',
): void {
  if (!nodes.isReachable(administrator)) return;
  step.send(administrator, { kind: 'presence', room: id, persons: [{ person, presence }] });
}
