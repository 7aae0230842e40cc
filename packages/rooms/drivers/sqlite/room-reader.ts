/**
 * Answers queries, and reads what a start is built from, as JSON text: contents are passed on as they were stored,
 * and parsed once, by who asked.
 */
import type { SqliteStatements } from './sqlite-statements.ts';
import { type Cells, type SnapshotPart, snapshotParts } from './worker-messages.ts';

/** Characters after which an answer leaves, however many queries wait behind it. */
const answerChars = 1024 * 1024;

export class RoomReader {
  readonly #statements: SqliteStatements;

  constructor(statements: SqliteStatements) {
    this.#statements = statements;
  }

  /** JSON of the findings of the first queries; of all unless they are large. At least one is answered. */
  answer(queries: readonly Cells[]): string {
    const findings: string[] = [];
    let chars = 0;
    for (const query of queries) {
      if (chars > answerChars) break;
      const finding = this.#find(query);
      findings.push(finding);
      chars += finding.length;
    }
    return `[${findings.join(',')}]`;
  }

  /** Calls `take` with a JSON array of rows at a time. */
  load(take: (part: SnapshotPart, rows: string) => void): void {
    for (const part of snapshotParts) {
      let rows: string[] = [];
      let chars = 0;
      for (const text of this.#statements.snapshotRows(part)) {
        rows.push(text);
        chars += text.length;
        if (chars < answerChars) continue;
        take(part, `[${rows.join(',')}]`);
        rows = [];
        chars = 0;
      }
      if (rows.length > 0) take(part, `[${rows.join(',')}]`);
    }
  }

  #find([kind, room, ...rest]: Cells): string {
    const id = String(room);
    if (kind === 'check') {
      const [author, key, target] = rest;
      return this.#check(id, String(author), String(key), target == null ? null : Number(target));
    }
    const [from, to, limit] = rest.map(Number);
    const rows = this.#statements.entries(id, from ?? 0, to ?? 0, limit ?? 0, kind === 'last');
    return `{"kind":"entries","entries":[${rows.map(entryText).join(',')}]}`;
  }

  #check(room: string, author: string, key: string, target: number | null): string {
    const existing = entryOrNull(this.#statements.entryByKey(room, author, key));
    const about = target === null ? 'null' : entryOrNull(this.#statements.entryAt(room, target));
    const edits = target === null ? [] : this.#statements.editsOf(room, target);
    return `{"kind":"check","existing":${existing},"target":${about},"edits":[${edits.join(',')}]}`;
  }
}

function entryOrNull(row: readonly unknown[] | undefined): string {
  return row === undefined ? 'null' : entryText(row);
}

/** One `RoomEntry`. */
function entryText([epoch, seq, author, name, sentAt, key, content]: readonly unknown[]): string {
  const who = `"author":${JSON.stringify(author)},"name":${JSON.stringify(name)}`;
  const what = `"sentAt":${sentAt},"key":${JSON.stringify(key)},"content":${content}`;
  return `{"epoch":${epoch},"seq":${seq},${who},${what}}`;
}
