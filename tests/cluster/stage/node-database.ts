/** What a node has on its disk about rooms, read with plain SQL: the store's own code might hide its own mistakes. */
import { DatabaseSync } from 'node:sqlite';

/** What an entry says; `value` is all of it as canonical JSON, `(room, seq)` apart. */
export interface LogEntry {
  readonly seq: number;
  readonly author: string;
  readonly key: string;
  readonly value: string;
}

export interface StoredLog {
  readonly name: string;
  readonly administrator: string;
  readonly epoch: number;
  /** The last seq before the first entry: 0, but in copies that began late. */
  readonly base: number;
  readonly lastSeq: number;
  readonly entries: readonly LogEntry[];
}

export interface NodeDatabase {
  readonly node: string;
  readonly rooms: ReadonlyMap<string, StoredLog>;
  /** Deleted rooms. */
  readonly tombstones: ReadonlySet<string>;
  /** Of two-phase commits that are not over, `{role, subject, …}`. */
  readonly commits: readonly Readonly<Record<string, unknown>>[];
}

/** Throws when the file is damaged. */
export function readRooms(node: string, file: string): NodeDatabase {
  const database = new DatabaseSync(file);
  try {
    const all = (sql: string, ...values: (string | number)[]): Row[] =>
      database.prepare(sql).all(...values) as Row[];
    const [check] = all('PRAGMA integrity_check');
    if (check?.integrity_check !== 'ok') throw new Error(`${node}: ${String(check?.integrity_check)}`);
    const rooms = all('SELECT * FROM room').map((row): [string, StoredLog] => [
      String(row.id),
      {
        name: String(row.name),
        administrator: String(row.administrator),
        epoch: Number(row.epoch),
        base: Number(row.base),
        lastSeq: Number(row.last_seq),
        entries: all('SELECT * FROM entry WHERE log = ? ORDER BY seq', Number(row.log)).map(storedEntry),
      },
    ]);
    return {
      node,
      rooms: new Map(rooms),
      tombstones: new Set(all('SELECT room FROM tombstone').map((row) => String(row.room))),
      commits: all('SELECT record FROM commit_record').map((row) => JSON.parse(String(row.record))),
    };
  } finally {
    database.close();
  }
}

type Row = Readonly<Record<string, unknown>>;

function storedEntry({ seq, epoch, author, name, sent_at: sentAt, key, content }: Row): LogEntry {
  const said = JSON.parse(String(content)) as Row;
  return entryOf({ ...said, seq, epoch, author, name, sentAt, key });
}

/** An entry as a client was told of it: `messageId` and `requestId` are the key. */
export function toldEntry(kind: string, told: Row): LogEntry {
  const { room: _room, messageId, requestId, ...rest } = told;
  return entryOf({ kind, ...rest, key: messageId ?? requestId });
}

function entryOf({ seq, ...value }: Row): LogEntry {
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    seq: Number(seq),
    author: String(value.author),
    key: String(value.key),
    value: JSON.stringify(Object.fromEntries(members)),
  };
}
