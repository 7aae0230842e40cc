/** A cluster in a person's words. */
import type { NodeHealth } from '@bothy/wire';
import type { ClusterDeletion, ClusterNode } from './cluster-client.ts';

export const healthWords: Readonly<Record<NodeHealth, string>> = {
  up: 'in reach',
  suspected: 'late',
  down: 'not in reach',
};

/** One sentence above the picture. */
export function summaryWords(nodes: readonly ClusterNode[]): string {
  const down = nodes.filter(({ health }) => health === 'down').map(({ id }) => id);
  const late = nodes.filter(({ health }) => health === 'suspected').map(({ id }) => id);
  if (nodes.length === 1) return 'One node, by itself. Others join with --join.';
  if (down.length > 0) {
    return `${down.join(', ')} cannot be reached; ${down.length === 1 ? 'its' : 'their'} rooms wait until ${down.length === 1 ? 'it is' : 'they are'} back.`;
  }
  if (late.length > 0)
    return `${late.join(', ')} ${late.length === 1 ? 'is' : 'are'} late. Perhaps the network is slow.`;
  return `All ${nodes.length} nodes are in reach.`;
}

export function rateWords(messagesPerSecond: number): string {
  if (messagesPerSecond === 0) return 'quiet';
  const perMinute = Math.max(1, Math.round(messagesPerSecond * 60));
  if (messagesPerSecond < 1) return perMinute === 1 ? '1 message a minute' : `${perMinute} messages a minute`;
  return `${messagesPerSecond < 10 ? messagesPerSecond.toFixed(1) : Math.round(messagesPerSecond)} messages a second`;
}

export function sessionWords(sessions: number): string {
  return sessions === 1 ? '1 connection' : `${sessions} connections`;
}

export function roomCountWords(rooms: number): string {
  return rooms === 1 ? '1 room' : `${rooms} rooms`;
}

export function deletionWords({ outcome, pending, reason }: ClusterDeletion): string {
  if (outcome === 'committed') return 'deleted on all nodes';
  if (outcome === 'aborted') return `not deleted${reason === undefined ? '' : `: ${reason}`}`;
  return pending.length === 0 ? 'being decided' : `waits for ${pending.join(', ')}`;
}
