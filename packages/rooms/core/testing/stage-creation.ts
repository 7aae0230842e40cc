/** What stands for a creation in its room's id: where nodes hash, a simulation draws from a seed. */
import { seededRandom } from '@bothy/protocols';
import type { RoomActor, RoomCommand } from '@bothy/wire';

export function stageCreation(
  { person }: RoomActor,
  command: RoomCommand,
): { readonly creation: string } | Readonly<Record<string, never>> {
  if (command.kind !== 'create') return {};
  const random = seededRandom(`creation ${person} ${command.requestId}`);
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  return { creation: Array.from({ length: 16 }, () => letters[random.below(32)]).join('') };
}
