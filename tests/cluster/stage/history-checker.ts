/**
 * The invariants of rooms, judged by what clients saw and by what every node has on its disk. It knows nothing of how
 * rooms work: each rule is one loop over what was written down.
 */
import { checkEventual } from '@bothy/protocols';
import type { Author, RoomContent, RoomEntry } from '@bothy/wire';
import type { History } from './history.ts';
import type { LogEntry, NodeDatabase, StoredLog } from './node-database.ts';

export interface Judged {
  readonly history: History;
  /** Of all nodes, once nothing was under way. */
  readonly databases: readonly NodeDatabase[];
  /** Rooms whose deletion was answered with "committed". */
  readonly deleted?: ReadonlySet<string>;
  /** Nodes whose copies should have all that the administrator has. */
  readonly caughtUp?: readonly string[];
}

/** A sentence for each breach; empty when all holds. */
export function breaches({ history, databases, deleted = new Set(), caughtUp = [] }: Judged): string[] {
  const found: string[] = [...history.complaints];
  const logs = administratorLogs(databases, found);
  const gone = new Set([...deleted, ...databases.flatMap(({ tombstones }) => [...tombstones])]);
  for (const [room, log] of logs) checkLog(`${room} at ${log.administrator}`, log, found);
  checkAnswered(history, logs, gone, found);
  checkRooms(history, logs, found);
  for (const { client, room, all } of history.seen.values()) {
    const who = `${client} in ${room}`;
    checkOrder(who, all, found);
    for (const seen of all) {
      if (seen.kind === 'entry' && !gone.has(room)) checkSame(who, seen.entry, logs.get(room), found);
    }
  }
  for (const { node, rooms } of databases) {
    for (const [room, copy] of rooms) {
      if (copy.administrator === node) continue;
      const who = `the copy of ${room} at ${node}`;
      checkLog(who, copy, found);
      const log = logs.get(room);
      for (const entry of copy.entries) checkSame(who, entry, log, found);
      if (log !== undefined && copy.epoch > log.epoch) found.push(`${who} has a later epoch`);
      if (caughtUp.includes(node) && copy.lastSeq !== log?.lastSeq) {
        found.push(`${who} ends at ${copy.lastSeq}, the room at ${log?.lastSeq}`);
      }
    }
  }
  checkCopies(databases, logs, caughtUp, found);
  checkDeletions(databases, gone, deleted, found);
  return found;
}

type Logs = ReadonlyMap<string, IndexedLog>;
interface IndexedLog extends StoredLog {
  readonly bySeq: ReadonlyMap<number, LogEntry>;
}

function administratorLogs(databases: readonly NodeDatabase[], found: string[]): Logs {
  const logs = new Map<string, IndexedLog>();
  for (const { node, rooms } of databases) {
    for (const [room, log] of rooms) {
      if (log.administrator !== node) continue;
      if (logs.has(room)) found.push(`${room} has two administrators`);
      logs.set(room, { ...log, bySeq: new Map(log.entries.map((entry) => [entry.seq, entry])) });
    }
  }
  return logs;
}

/** Contiguous, to its end, and each author's key in it once. */
function checkLog(who: string, { base, lastSeq, entries }: StoredLog, found: string[]): void {
  const keys = new Set<string>();
  entries.forEach(({ seq, author, key }, index) => {
    if (seq !== base + 1 + index) found.push(`${who} has ${seq} where ${base + 1 + index} should be`);
    if (keys.has(`${author} ${key}`)) found.push(`${who} has ${key} of ${author} twice`);
    keys.add(`${author} ${key}`);
  });
  if (base + entries.length !== lastSeq) found.push(`${who} says it ends at ${lastSeq}`);
}

/** An acknowledged message is never lost, and has one seq for ever. */
function checkAnswered(history: History, logs: Logs, gone: ReadonlySet<string>, found: string[]): void {
  const numbers = new Map<string, number>();
  for (const { client, room, messageId, body, seq } of history.answered) {
    const known = numbers.get(`${room} ${client} ${messageId}`) ?? seq;
    numbers.set(`${room} ${client} ${messageId}`, known);
    if (known !== seq) found.push(`${messageId} of ${client} was answered with ${known} and with ${seq}`);
    if (gone.has(room)) continue;
    const entry = logs.get(room)?.bySeq.get(seq);
    const isKept = entry?.author === `guest:${client}` && entry.key === messageId && says(entry, body);
    if (!isKept) found.push(`${messageId} of ${client} was acknowledged as ${seq} of ${room} and is lost`);
  }
}

/**
 * Each room is as if one honest object had answered, whatever nodes were asked: numbers follow each other, who writes is
 * in it, and who is told that they are not, or that it is gone, is told so rightly. Of a deleted room nothing is left.
 */
function checkRooms({ rooms }: History, logs: Logs, found: string[]): void {
  for (const [room, { entries, base }] of logs) {
    if (base > 0) continue;
    const told = entries.map(({ seq, author, key, value }): RoomEntry => {
      const { epoch, name, sentAt, author: _author, key: _key, ...content } = JSON.parse(value);
      return { epoch, seq, author: author as Author, name, sentAt, key, content: content as RoomContent };
    });
    rooms.written(room, told);
  }
  const problem = rooms.problem(() => false);
  if (problem !== undefined) found.push(problem);
  if (rooms.unjudged > 0) found.push(`${rooms.unjudged} rooms could not be judged.`);
}

function says(entry: LogEntry, body: string): boolean {
  return (JSON.parse(entry.value) as { body?: unknown }).body === body;
}

/** One value per `(room, seq)`; and nothing was told or copied that is not at the administrator. */
function checkSame(who: string, entry: LogEntry, log: IndexedLog | undefined, found: string[]): void {
  const kept = log?.bySeq.get(entry.seq);
  if (kept === undefined) found.push(`${who} has ${entry.seq}, which its administrator has not`);
  else if (kept.value !== entry.value)
    found.push(`${who} has ${entry.value} as ${entry.seq}, its administrator ${kept.value}`);
}

/** Contiguous, or a gap that was told. */
function checkOrder(
  who: string,
  all: readonly { kind: string; [member: string]: unknown }[],
  found: string[],
): void {
  let last = 0;
  for (const seen of all as Parameters<typeof step>[1][]) last = step(last, seen, who, found);
}

function step(
  last: number,
  seen: NonNullable<ReturnType<History['seen']['get']>>['all'][number],
  who: string,
  found: string[],
): number {
  switch (seen.kind) {
    case 'goesOn':
      return seen.after;
    case 'reset':
      found.push(`${who} was told to forget what comes after ${seen.commonSeq}`);
      return seen.commonSeq;
    case 'gap':
      if (seen.from !== last + 1) found.push(`${who} was told of a gap from ${seen.from} on after ${last}`);
      return seen.to;
    case 'entry':
      if (seen.entry.seq !== last + 1) found.push(`${who} saw ${seen.entry.seq} after ${last}`);
      return seen.entry.seq;
  }
}

/** Nodes that have caught up have every entry that the administrator has, and the same ones. A copy may begin later. */
function checkCopies(
  databases: readonly NodeDatabase[],
  logs: Logs,
  caughtUp: readonly string[],
  found: string[],
): void {
  for (const [room, { administrator }] of logs) {
    const replicas = databases.flatMap(({ node, rooms }) => {
      const copy = rooms.get(room);
      return copy !== undefined && (node === administrator || caughtUp.includes(node))
        ? [{ node, copy }]
        : [];
    });
    const base = Math.max(...replicas.map(({ copy }) => copy.base));
    const observations = replicas.map(({ node, copy }) => {
      const entries = copy.entries.filter(({ seq }) => seq > base);
      const updates = entries.map(({ seq, author, key }) => `${seq} ${author} ${key}`);
      return { replica: node, atMs: 0, updates, shown: entries.map(({ value }) => value).join() };
    });
    const verdict = checkEventual(observations);
    if (verdict.kind === 'violated') found.push(`${room}: ${verdict.sentence}`);
  }
}

/** No deletion is half done or undone. */
function checkDeletions(
  databases: readonly NodeDatabase[],
  gone: ReadonlySet<string>,
  deleted: ReadonlySet<string>,
  found: string[],
): void {
  for (const { node, rooms, tombstones } of databases) {
    for (const room of gone) if (rooms.has(room)) found.push(`${node} still has ${room}, which was deleted`);
    for (const room of deleted) {
      const had = databases.some((other) => other.node === node && other.tombstones.has(room));
      if (!had && rooms.has(room)) found.push(`${node} has no tombstone of ${room}`);
    }
    for (const room of tombstones) {
      if (!gone.has(room)) found.push(`${node} has a tombstone of ${room}, which was not deleted`);
    }
  }
  for (const { node, commits } of databases) {
    for (const { role, state, subject } of commits) {
      if (role === 'participant' && state === 'prepared')
        found.push(`${node} waits for a decision on ${subject}`);
    }
  }
}
