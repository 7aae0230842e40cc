/**
 * Every statement that is SQLite's own, prepared once. What is decided about rooms stands in `room-writer.ts` and
 * `log-rules.ts`; another engine brings a file like this one.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { MemberRecord, RoomIntent, RoomRecord } from '../../core/records.ts';
import type { LogEnd, Stored } from './log-rules.ts';
import { type Cells, cellsPerEntry, type SnapshotPart } from './worker-messages.ts';

const uniqueViolation = 2067;
const primaryKeyViolation = 1555;

export class SqliteStatements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    // What was taken away or deleted is overwritten, pages of a long text included.
    database.exec('PRAGMA secure_delete = ON');
  }

  begin(): void {
    this.#run('BEGIN IMMEDIATE');
  }

  commit(): void {
    this.#run('COMMIT');
  }

  /** Harmless when the engine has ended the transaction itself, as it does when the disk is full. */
  rollback(): void {
    if (this.#database.isTransaction) this.#run('ROLLBACK');
  }

  isDuplicate(thrown: unknown): boolean {
    const code = (thrown as { errcode?: unknown }).errcode;
    return code === uniqueViolation || code === primaryKeyViolation;
  }

  /** Moves the end of a log if it is where it is expected and no higher epoch is known; which log that is. */
  advance(room: string, epoch: number, expectedLastSeq: number, lastSeq: number): number | undefined {
    const row = this.#get(
      'UPDATE room SET epoch = ?, last_seq = ? WHERE id = ? AND last_seq = ? AND epoch <= ? RETURNING log',
      epoch,
      lastSeq,
      room,
      expectedLastSeq,
      epoch,
    );
    return row === undefined ? undefined : Number(row[0]);
  }

  /** `cells`: seq, epoch, author, name, sentAt, key, edits, content from index `at` on. */
  insertEntry(log: number, cells: Cells, at: number): void {
    this.#run(
      'INSERT INTO entry (log, seq, epoch, author, name, sent_at, key, edits, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      log,
      ...cells.slice(at, at + cellsPerEntry),
    );
  }

  stored(room: string): Stored {
    const row = this.#get('SELECT epoch, last_seq FROM room WHERE id = ?', room);
    if (row !== undefined) return { epoch: Number(row[0]), lastSeq: Number(row[1]) };
    return this.#get('SELECT 1 FROM tombstone WHERE room = ?', room) === undefined ? undefined : 'deleted';
  }

  putRoom(record: RoomRecord, { epoch, lastSeq }: LogEnd): void {
    const { id, name, description, visibility, administrator, base, memberCount, createdBy } = record;
    this.#run(
      `INSERT INTO room (id, name, description, visibility, administrator, epoch, base, last_seq, member_count,
        created_by, pinned, log) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${newLog}) ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, description = excluded.description, visibility = excluded.visibility,
        administrator = excluded.administrator, epoch = excluded.epoch, base = excluded.base,
        last_seq = excluded.last_seq, member_count = excluded.member_count, created_by = excluded.created_by,
        pinned = excluded.pinned`,
      ...[id, name, description, visibility, administrator, epoch, base, lastSeq, memberCount, createdBy],
      JSON.stringify(record.pinned),
    );
  }

  hasEntries(room: string): boolean {
    return this.#get(`SELECT 1 FROM entry WHERE log = ${logOf} LIMIT 1`, room) !== undefined;
  }

  putEpoch(room: string, epoch: number, firstSeq: number, administrator: string): void {
    this.#run(
      'INSERT OR REPLACE INTO epoch (room, epoch, first_seq, administrator) VALUES (?, ?, ?, ?)',
      ...[room, epoch, firstSeq, administrator],
    );
    this.#run('UPDATE room SET epoch = ? WHERE id = ?', epoch, room);
  }

  content(room: string, seq: number): string | undefined {
    const row = this.#get(`SELECT content FROM entry WHERE log = ${logOf} AND seq = ?`, room, seq);
    return row === undefined ? undefined : String(row[0]);
  }

  setContent(room: string, seq: number, content: string): void {
    this.#run(`UPDATE entry SET content = ? WHERE log = ${logOf} AND seq = ?`, content, room, seq);
  }

  putMember({ room, person, name, verified, standing, role, read }: MemberRecord): void {
    this.#run(
      'INSERT OR REPLACE INTO member (room, person, name, verified, standing, role, read) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[room, person, name, verified ? 1 : 0, standing, role, read],
    );
  }

  deleteMember(room: string, person: string): void {
    this.#run('DELETE FROM member WHERE room = ? AND person = ?', room, person);
  }

  clearCopy(room: string): void {
    this.#discardLog(room);
    this.#run('DELETE FROM member WHERE room = ?', room);
    this.#run(`UPDATE room SET last_seq = base, log = ${newLog} WHERE id = ?`, room);
  }

  deleteRoom(room: string): void {
    this.#discardLog(room);
    for (const table of ['member', 'epoch']) this.#run(`DELETE FROM ${table} WHERE room = ?`, room);
    this.#run('DELETE FROM room WHERE id = ?', room);
  }

  #discardLog(room: string): void {
    this.#run('INSERT INTO discarded (log) SELECT log FROM room WHERE id = ?', room);
  }

  /** Removes some entries that no room has any more; false when there are none left. */
  removeDiscarded(entries: number): boolean {
    const log = this.#get('SELECT log FROM discarded LIMIT 1')?.[0];
    if (log === undefined) return false;
    const first = this.#get('SELECT min(seq) FROM entry WHERE log = ?', Number(log))?.[0];
    if (first == null) this.#run('DELETE FROM discarded WHERE log = ?', Number(log));
    else this.#run('DELETE FROM entry WHERE log = ? AND seq < ?', Number(log), Number(first) + entries);
    return true;
  }

  /** A room that was deleted before keeps its place in the order. */
  bury(room: string, epoch: number, keep: number): void {
    this.#run(
      'INSERT INTO tombstone (number, room, epoch) SELECT coalesce(max(number), 0) + 1, ?, ? FROM tombstone WHERE true ON CONFLICT (room) DO UPDATE SET epoch = max(epoch, excluded.epoch)',
      ...[room, epoch],
    );
    this.#run('DELETE FROM tombstone WHERE number <= (SELECT max(number) FROM tombstone) - ?', keep);
  }

  putIntent({ room, intent, epoch }: RoomIntent): void {
    this.#run('INSERT OR REPLACE INTO intent (room, intent, epoch) VALUES (?, ?, ?)', room, intent, epoch);
  }

  deleteIntent(room: string): void {
    this.#run('DELETE FROM intent WHERE room = ?', room);
  }

  putCommit(transaction: string, record: string): void {
    this.#run(
      'INSERT OR REPLACE INTO commit_record (transaction_id, record) VALUES (?, ?)',
      transaction,
      record,
    );
  }

  deleteCommit(transaction: string): void {
    this.#run('DELETE FROM commit_record WHERE transaction_id = ?', transaction);
  }

  putNode(id: string, info: string): void {
    this.#run('INSERT OR REPLACE INTO node (id, info) VALUES (?, ?)', id, info);
  }

  deleteNode(id: string): void {
    this.#run('DELETE FROM node WHERE id = ?', id);
  }

  isFresh(): boolean {
    return this.#get('SELECT 1 FROM started') === undefined;
  }

  markStarted(): void {
    this.#run('INSERT OR IGNORE INTO started (once) VALUES (1)');
  }

  /** Rows of `entryColumns`, in order of seq. */
  entries(room: string, from: number, to: number, limit: number, last: boolean): unknown[][] {
    const order = last ? 'DESC' : 'ASC';
    const rows = this.#all(
      `SELECT ${entryColumns} FROM entry WHERE log = ${logOf} AND seq BETWEEN ? AND ? ORDER BY seq ${order} LIMIT ?`,
      ...[room, from, to, limit],
    );
    return last ? rows.reverse() : rows;
  }

  entryByKey(room: string, author: string, key: string): unknown[] | undefined {
    const sql = `SELECT ${entryColumns} FROM entry WHERE log = ${logOf} AND author = ? AND key = ?`;
    return this.#get(sql, room, author, key);
  }

  entryAt(room: string, seq: number): unknown[] | undefined {
    return this.#get(`SELECT ${entryColumns} FROM entry WHERE log = ${logOf} AND seq = ?`, room, seq);
  }

  editsOf(room: string, seq: number): number[] {
    const rows = this.#all(
      `SELECT seq FROM entry WHERE log = ${logOf} AND edits = ? ORDER BY seq`,
      room,
      seq,
    );
    return rows.map(([edit]) => Number(edit));
  }

  /** One JSON object a row. */
  *snapshotRows(part: SnapshotPart): Generator<string> {
    for (const row of this.#prepare(snapshotSql[part]).iterate()) {
      yield String((row as unknown as readonly unknown[])[0]);
    }
  }

  #run(sql: string, ...values: SQLInputValue[]): { readonly changes: number | bigint } {
    return this.#prepare(sql).run(...values);
  }

  #get(sql: string, ...values: SQLInputValue[]): unknown[] | undefined {
    return this.#prepare(sql).get(...values) as unknown[] | undefined;
  }

  #all(sql: string, ...values: SQLInputValue[]): unknown[][] {
    return this.#prepare(sql).all(...values) as unknown as unknown[][];
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    this.#prepared.set(sql, statement);
    return statement;
  }
}

const logOf = '(SELECT log FROM room WHERE id = ?)';
/** Above every number whose entries may still be there. */
const newLog =
  '(SELECT 1 + max(coalesce((SELECT max(log) FROM room), 0), coalesce((SELECT max(log) FROM discarded), 0)))';

const entryColumns = 'epoch, seq, author, name, sent_at, key, content';

const snapshotSql: Readonly<Record<SnapshotPart, string>> = {
  rooms: `SELECT json_object('id', id, 'name', name, 'description', description, 'visibility', visibility,
    'administrator', administrator, 'epoch', epoch, 'base', base, 'lastSeq', last_seq, 'memberCount', member_count,
    'createdBy', created_by, 'pinned', json(pinned)) FROM room ORDER BY id`,
  members: `SELECT json_object('room', room, 'person', person, 'name', name,
    'verified', json(iif(verified, 'true', 'false')), 'standing', standing, 'role', role, 'read', read)
    FROM member ORDER BY room, person`,
  tombstones: `SELECT json_object('room', room, 'epoch', epoch) FROM tombstone ORDER BY number`,
  intents: `SELECT json_object('room', room, 'intent', intent, 'epoch', epoch) FROM intent ORDER BY room`,
  commits: 'SELECT record FROM commit_record ORDER BY transaction_id',
  nodes: 'SELECT info FROM node ORDER BY id',
};
