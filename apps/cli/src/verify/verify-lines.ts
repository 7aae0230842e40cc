/** What `bothy verify` found, in sentences. */
import type { Difference } from '@bothy/protocols';
import { plain } from '../rooms-lines.ts';
import type { ComparedRoom, VerifyReport } from './verify-rooms.ts';

/** For scripts: 0 all that was asked for is the same, 1 something differs, 2 not everybody could be asked. */
export function exitCodeOf({ rooms, notAsked }: VerifyReport): 0 | 1 | 2 {
  if (rooms.some(({ copies }) => copies.some(({ differences }) => differences.length > 0))) return 1;
  return notAsked.length > 0 ? 2 : 0;
}

/** What no node can say: it holds nothing of them. */
export const aboutConversations = [
  'Conversations of two people are on no node: their browsers compare them whenever they connect, warn where the two',
  'sides differ, and check every signature when asked to (Chats, about the contact, Copies).',
] as const;

/** Of one copy; there may be thousands. */
const maxShown = 20;

export function reportLines({ rooms, notAsked }: VerifyReport): string[] {
  const lines: string[] = [];
  for (const room of rooms) {
    for (const { node, differences } of room.copies) {
      lines.push(...differences.slice(0, maxShown).map((each) => sentence(room, node, each)));
      if (differences.length > maxShown) {
        lines.push(`and ${differences.length - maxShown} more places in ${plain(room.name)} at ${node}.`);
      }
    }
  }
  for (const { node, room, reason } of notAsked) {
    const about = room === undefined ? '' : ` about ${nameOf(rooms, room)}`;
    lines.push(`${node} could not be asked${about}: ${reason}`);
  }
  const copies = rooms.flatMap((room) => room.copies);
  const entries = copies.reduce((sum, { from, to }) => sum + Math.max(0, to - from + 1), 0);
  const counted = `${count(rooms.length, 'room')}, ${count(copies.length, 'copy', 'copies')}, ${count(entries, 'entry', 'entries')} compared`;
  lines.push(`${counted}: ${verdict({ rooms, notAsked })}`);
  const behind = copies.filter((copy) => copy.behind > 0).length;
  if (behind > 0) {
    lines.push(
      `${count(behind, 'copy ends', 'copies end')} earlier than the log, which is no fault: nobody reads it there now.`,
    );
  }
  return lines;
}

function sentence(
  { name, room, administrator }: ComparedRoom,
  node: string,
  { from, to, kind }: Difference,
): string {
  const where = `${plain(name)} (${room})`;
  const which = from === to ? `entry ${from}` : `entries ${from} to ${to}`;
  const is = from === to ? 'is' : 'are';
  switch (kind) {
    case 'differs':
      return `${where}: ${which} ${is} not the same at ${node} as at ${administrator}, which orders the room.`;
    case 'onlyOurs':
      return `${where}: ${node} lacks ${which}, though it holds what follows.`;
    case 'onlyTheirs':
      return `${where}: ${node} holds ${which}, which ${administrator}, which orders the room, has not.`;
  }
}

function verdict(report: VerifyReport): string {
  switch (exitCodeOf(report)) {
    case 0:
      return 'all the same.';
    case 1:
      return 'not all are the same.';
    case 2:
      return 'no difference, but not everybody could be asked.';
  }
}

function nameOf(rooms: VerifyReport['rooms'], id: string): string {
  return plain(rooms.find(({ room }) => room === id)?.name ?? id);
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
