/** Applies the writes of one commit, within the transaction that its caller has begun. */
import type { RoomWrite } from '../../core/records.ts';
import { appendRefusal, deleted, doubled, gap, notStored, refuseFenced } from './log-rules.ts';
import type { SqliteStatements } from './sqlite-statements.ts';
import { type Cells, cellsPerEntry } from './worker-messages.ts';

type Write<Kind extends RoomWrite['kind']> = Extract<RoomWrite, { readonly kind: Kind }>;

export class RoomWriter {
  readonly #statements: SqliteStatements;
  readonly #tombstones: number;

  constructor(statements: SqliteStatements, tombstones: number) {
    this.#statements = statements;
    this.#tombstones = tombstones;
  }

  /** Whether a log was discarded. Throws `fenced` or `storage_failed`, after which the caller rolls back. */
  write(cells: Cells): boolean {
    let discards = false;
    let at = 0;
    while (at < cells.length) {
      if (cells[at] === 'append') {
        at = this.#append(cells, at);
        continue;
      }
      const write = JSON.parse(String(cells[at + 1])) as Exclude<RoomWrite, Write<'append'>>;
      discards ||= ['clearCopy', 'deleteRoom', 'dropRoom'].includes(write.kind);
      this.#other(write);
      at += 2;
    }
    return discards;
  }

  /** Returns where the next write begins. */
  #append(cells: Cells, at: number): number {
    const room = String(cells[at + 1]);
    const epoch = Number(cells[at + 2]);
    const expectedLastSeq = Number(cells[at + 3]);
    const count = Number(cells[at + 4]);
    const log = this.#statements.advance(room, epoch, expectedLastSeq, expectedLastSeq + count);
    if (log === undefined) {
      throw appendRefusal(room, { epoch, expectedLastSeq }, this.#statements.stored(room));
    }
    const first = at + 5;
    for (let index = 0; index < count; index += 1) {
      const place = first + index * cellsPerEntry;
      const due = expectedLastSeq + 1 + index;
      if (cells[place] !== due) throw gap(room, due, Number(cells[place]));
      try {
        this.#statements.insertEntry(log, cells, place);
      } catch (thrown) {
        if (!this.#statements.isDuplicate(thrown)) throw thrown;
        throw doubled(room, String(cells[place + 2]), String(cells[place + 5]));
      }
    }
    return first + count * cellsPerEntry;
  }

  #other(write: Exclude<RoomWrite, Write<'append'>>): void {
    const statements = this.#statements;
    switch (write.kind) {
      case 'putRoom':
        return this.#putRoom(write);
      case 'putEpoch':
        return this.#putEpoch(write);
      case 'dropBodies':
        return this.#dropBodies(write);
      case 'putMember':
        if (statements.stored(write.member.room) === 'deleted') throw deleted(write.member.room);
        return statements.putMember(write.member);
      case 'deleteMember':
        return statements.deleteMember(write.room, write.person);
      case 'clearCopy':
        return statements.clearCopy(write.room);
      case 'deleteRoom':
        return this.#deleteRoom(write);
      case 'dropRoom':
        statements.deleteRoom(write.room);
        return statements.deleteIntent(write.room);
      case 'putIntent':
        return statements.putIntent(write.intent);
      case 'deleteIntent':
        return statements.deleteIntent(write.room);
      case 'putCommit':
        return statements.putCommit(write.record.transaction, JSON.stringify(write.record));
      case 'deleteCommit':
        return statements.deleteCommit(write.transaction);
      case 'putNode':
        return statements.putNode(write.node.id, JSON.stringify(write.node));
      case 'deleteNode':
        return statements.deleteNode(write.node);
    }
  }

  #putRoom({ room }: Write<'putRoom'>): void {
    const { id, epoch, base } = room;
    const stored = this.#statements.stored(id);
    refuseFenced(id, epoch, stored);
    // The log says how long it is: a record may be older than what was appended in the same commit.
    const lastSeq = stored === undefined || !this.#statements.hasEntries(id) ? base : stored.lastSeq;
    this.#statements.putRoom(room, { epoch, lastSeq });
  }

  #putEpoch({ room, epoch, firstSeq, administrator }: Write<'putEpoch'>): void {
    const stored = this.#statements.stored(room);
    refuseFenced(room, epoch, stored);
    if (stored === undefined) throw notStored(room);
    this.#statements.putEpoch(room, epoch, firstSeq, administrator);
  }

  #dropBodies({ room, seqs }: Write<'dropBodies'>): void {
    for (const seq of seqs) {
      const text = this.#statements.content(room, seq);
      if (text === undefined) continue;
      const content = JSON.parse(text) as { readonly kind: string };
      if (content.kind !== 'message' && content.kind !== 'edit') continue;
      this.#statements.setContent(
        room,
        seq,
        JSON.stringify({ ...content, body: null, attachments: undefined }),
      );
    }
  }

  #deleteRoom({ room, epoch }: Write<'deleteRoom'>): void {
    const stored = this.#statements.stored(room);
    if (stored !== 'deleted') refuseFenced(room, epoch, stored);
    this.#statements.deleteRoom(room);
    this.#statements.bury(room, epoch, this.#tombstones);
  }
}
