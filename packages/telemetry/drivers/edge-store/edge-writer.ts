/** Carries out the writes of an edge's core, each by a prepared statement. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EdgeWrite } from '../../core/index.ts';

export class EdgeWriter {
  readonly #putMeta: StatementSync;
  readonly #addItem: StatementSync;
  readonly #deleteItems: StatementSync;
  readonly #putTold: StatementSync;
  readonly #deleteTold: StatementSync;
  readonly #putState: StatementSync;
  readonly #deleteState: StatementSync;
  readonly #putDetector: StatementSync;
  readonly #deleteDetector: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.#putMeta = prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
    // Plain INSERT: a number or seq that is there already is a broken invariant, not to be covered up.
    this.#addItem = prepare('INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#deleteItems = prepare('DELETE FROM outbox WHERE boot = ? AND sensor = ? AND seq <= ?');
    this.#putTold = prepare('INSERT OR REPLACE INTO told VALUES (?, ?)');
    this.#deleteTold = prepare('DELETE FROM told WHERE rule = ? AND sensor = ?');
    this.#putState = prepare('INSERT OR REPLACE INTO rule_state VALUES (?, ?, ?, ?)');
    this.#deleteState = prepare('DELETE FROM rule_state WHERE rule = ? AND node = ? AND sensor = ?');
    this.#putDetector = prepare('INSERT OR REPLACE INTO detector VALUES (?, ?, ?)');
    this.#deleteDetector = prepare('DELETE FROM detector WHERE node = ? AND sensor = ?');
  }

  write(write: EdgeWrite): void {
    switch (write.kind) {
      case 'putBoot':
        return this.#meta('boot', write.boot);
      case 'putDropped':
        return this.#meta('dropped', write.dropped);
      case 'putHasHome':
        return this.#meta('hasHome', true);
      case 'putAnswers':
        return this.#meta('answers', write.answers);
      case 'putRules':
        return this.#meta('commanded', write.commanded);
      case 'addItem': {
        const { number, boot, sensor, seq, stampMs, value, unit, quality, bytes } = write.item;
        this.#addItem.run(number, boot, sensor, seq, stampMs, value, unit ?? null, quality ?? null, bytes);
        return;
      }
      case 'deleteItems':
        return void this.#deleteItems.run(write.boot, write.sensor, write.upTo);
      case 'putTold':
        return void this.#putTold.run(write.record.rule, write.record.sensor);
      case 'deleteTold':
        return void this.#deleteTold.run(write.record.rule, write.record.sensor);
      case 'putRuleState': {
        const { rule, node, sensor } = write.record;
        return void this.#putState.run(rule, node, sensor, JSON.stringify(write.record));
      }
      case 'deleteRuleState':
        return void this.#deleteState.run(write.rule, write.node, write.sensor);
      case 'putDetector': {
        const { node, sensor, state } = write.record;
        return void this.#putDetector.run(node, sensor, JSON.stringify(state));
      }
      case 'deleteDetector':
        return void this.#deleteDetector.run(write.node, write.sensor);
    }
  }

  #meta(key: string, value: unknown): void {
    this.#putMeta.run(key, JSON.stringify(value));
  }
}
