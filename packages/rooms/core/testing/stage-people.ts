/** Who stands on the stage, and what they were answered. */
import type { NodeInfo, RoomActor, RoomResult } from '@bothy/wire';

export function actor(name: string, change: Partial<RoomActor> = {}): RoomActor {
  const isGuest = name.startsWith('guest:');
  const person = isGuest ? (name as RoomActor['person']) : name.padEnd(32, 'x').slice(0, 32);
  return { person, name, verified: !isGuest, operator: false, ...change };
}

export function infoOf(id: string, change: Partial<NodeInfo> = {}): NodeInfo {
  return { id, instance: `instance of ${id}`, address: `${id}:7070`, webUrl: '', version: '1', ...change };
}

export function codeOf(result: RoomResult | undefined): string {
  if (result === undefined) return 'open';
  return result.ok ? 'ok' : result.code;
}
