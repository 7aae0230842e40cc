/** `bothy cluster status`: the cluster as one of its nodes sees it. */
import { stateWords } from '@bothy/rooms/views';
import { BothyError } from '@bothy/wire';
import { type ClusterStatusAnswer, checkClusterStatus } from '@bothy/wire/schemas';
import { plain } from './rooms-lines.ts';

/** Throws `node_unreachable`, `unauthorized`, or `bad_request` when what answers is no node. */
export async function askForStatus(url: string): Promise<ClusterStatusAnswer> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new BothyError('bad_request', `${url} is no address of a node. Write http://host:port.`);
  }
  let answer: Response;
  try {
    answer = await fetch(new URL('/api/v1/cluster', url), { signal: AbortSignal.timeout(10_000) });
  } catch (thrown) {
    const sentence = `No node answers at ${url}. Is it running? "bothy up" starts one.`;
    throw new BothyError('node_unreachable', sentence, { cause: thrown });
  }
  if (answer.status === 401 || answer.status === 403) {
    throw new BothyError('unauthorized', `The node at ${url} shows its cluster to people who sign in only.`);
  }
  const json: unknown = await answer.json().catch(() => undefined);
  const status = checkClusterStatus(json);
  if (answer.ok && status.ok) return status.value;
  throw new BothyError('bad_request', `${url} answers, but not as a node of Bothy with a cluster.`);
}

const healthWords = { up: 'up', suspected: 'late', down: 'down' } as const;

/** Aligned columns; health is a word and not only a colour. */
export function statusLines({ self, nodes, rooms, deletions }: ClusterStatusAnswer): string[] {
  const rate = nodes.reduce((sum, { messagesPerSecond }) => sum + messagesPerSecond, 0);
  const up = nodes.filter(({ health }) => health === 'up').length;
  const lines = [
    `${up} of ${nodes.length} nodes up, ${rooms.length} rooms, ${rateWords(rate)} messages a second, as ${self} sees it`,
    '',
    ...table([
      ['node', 'health', 'rooms', 'sessions', 'msg/s', 'version', 'web'],
      ...[...nodes]
        .sort((one, other) => (one.id < other.id ? -1 : 1))
        .map(({ id, health, rooms: own, sessions, messagesPerSecond, version, webUrl }) => {
          const numbers = [`${own}`, `${sessions}`, rateWords(messagesPerSecond)];
          return [id === self ? `${id} *` : id, healthWords[health], ...numbers, version, webUrl];
        }),
    ]),
  ];
  for (const node of nodes) {
    const own = rooms.filter(({ administrator }) => administrator === node.id);
    if (own.length === 0) continue;
    lines.push('', `${node.id} orders`);
    for (const room of own.slice(0, maxRoomsShown)) {
      const state = stateWords(room.state, room).short;
      const members = room.memberCount === 1 ? '1 member' : `${room.memberCount} members`;
      lines.push(`  ${plain(room.name)} (${members}${state === '' ? '' : `, ${state}`})`);
    }
    if (own.length > maxRoomsShown) lines.push(`  and ${own.length - maxRoomsShown} more`);
  }
  if (deletions.length > 0) lines.push('', 'last deletions');
  for (const { name, administrator, outcome, pending, reason, at } of deletions.slice(0, maxRoomsShown)) {
    const waits = pending.length === 0 ? '' : `, ${pending.join(', ')} not reached yet`;
    const why = reason === undefined ? '' : ` (${plain(reason)})`;
    lines.push(
      `  ${new Date(at).toISOString()} ${plain(name)} of ${administrator}: ${outcome}${waits}${why}`,
    );
  }
  return lines;
}

const maxRoomsShown = 20;

function rateWords(perSecond: number): string {
  return perSecond >= 10 || perSecond === 0 ? perSecond.toFixed(0) : perSecond.toFixed(1);
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
