/** `bothy cluster status`: the cluster as one of its nodes sees it. */
import { clockNote, directoryWords, stateWords } from '@bothy/rooms/views';
import { BothyError } from '@bothy/wire';
import { type ClusterStatusAnswer, checkClusterStatus } from '@bothy/wire/schemas';
import { type Columns, foldedLines, tableLines } from './fitted-lines.ts';
import { unreachable } from './node-unreachable.ts';
import { plain } from './rooms-lines.ts';
import type { KeySignIn } from './rooms-sign-in.ts';

/** Asks again and again; signs in at first, and again when the node does not take its token any more. */
export function statusAsker(url: string, signIn?: KeySignIn): () => Promise<ClusterStatusAnswer> {
  let token: string | undefined;
  return async () => {
    if (signIn === undefined) return await askForStatus(url);
    expectAddress(url);
    const known = token;
    token ??= await signIn.token({ url });
    try {
      return await askForStatus(url, token);
    } catch (thrown) {
      token = undefined;
      const hasExpired = thrown instanceof BothyError && thrown.code === 'unauthorized';
      if (!hasExpired || known === undefined) throw thrown;
    }
    token = await signIn.token({ url });
    return await askForStatus(url, token);
  };
}

/** Throws `node_unreachable`, `unauthorized`, or `bad_request` when what answers is no node. */
export async function askForStatus(url: string, token?: string): Promise<ClusterStatusAnswer> {
  expectAddress(url);
  let answer: Response;
  try {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    answer = await fetch(new URL('/api/v1/cluster', url), { headers, signal: AbortSignal.timeout(10_000) });
  } catch (thrown) {
    throw unreachable(url, thrown);
  }
  if (answer.status === 401 || answer.status === 403) {
    const advice = token === undefined ? 'Sign in with --key <file>.' : 'This key is not let in.';
    const sentence = `The node at ${url} shows its cluster to people who sign in only. ${advice}`;
    throw new BothyError('unauthorized', sentence);
  }
  const json: unknown = await answer.json().catch(() => undefined);
  const status = checkClusterStatus(json);
  if (answer.ok && status.ok) return status.value;
  throw new BothyError('bad_request', `${url} answers, but not as a node of Bothy with a cluster.`);
}

function expectAddress(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new BothyError('bad_request', `${url} is no address of a node. Write http://host:port.`);
}

const healthWords = { up: 'up', suspected: 'late', down: 'down' } as const;

/** Health is a word and not only a colour. `columns`: of the terminal. */
export function statusLines(status: ClusterStatusAnswer, columns?: Columns): string[] {
  const { self, nodes, rooms } = status;
  const rate = nodes.reduce((sum, { messagesPerSecond }) => sum + messagesPerSecond, 0);
  const up = nodes.filter(({ health }) => health === 'up').length;
  const summary = `${up} of ${nodes.length === 1 ? '1 node' : `${nodes.length} nodes`} up, ${rooms.length === 1 ? '1 room' : `${rooms.length} rooms`}, ${rateWords(rate)} messages a second, as ${self} sees it`;
  const fold = (line: string): string[] => foldedLines(line, columns);
  return [...fold(summary), '', ...nodeTable(status, columns), ...sentences(status).flatMap(fold)];
}

function nodeTable({ self, nodes }: ClusterStatusAnswer, columns: Columns): string[] {
  const head = ['node', 'health', 'rooms', 'sessions', 'msg/s', 'version', 'web'];
  const rows = [...nodes]
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .map(({ id, health, rooms, sessions, messagesPerSecond, version, webUrl }) => {
      const numbers = [`${rooms}`, `${sessions}`, rateWords(messagesPerSecond)];
      // Another node says what its version and its address are.
      const said = [plain(version), plain(webUrl)];
      return [id === self ? `${id} *` : id, healthWords[health], ...numbers, ...said];
    });
  return tableLines({ head, rows }, columns);
}

/** Clocks, the directory, who orders which rooms, and what was deleted. */
function sentences({ nodes, rooms, deletions, directory }: ClusterStatusAnswer): string[] {
  const lines: string[] = [];
  for (const { id, clock } of nodes) {
    const note = clockNote(clock);
    if (note !== undefined) lines.push('', `The clock of ${id} is ${note}.`);
  }
  if (directory !== undefined) {
    const { state, notes } = directoryWords(directory);
    lines.push('', `directory: ${plain(state)}`, ...notes.map((note) => `  ${plain(note)}`));
  }
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
