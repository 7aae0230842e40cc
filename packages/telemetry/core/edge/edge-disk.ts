/** What an edge keeps, in memory: the model of its store, for tests, simulation and the lab. */
import type { EdgeAnswer, EdgeSnapshot, EdgeWrite, OutboxItem } from './records.ts';

type Small = Pick<EdgeSnapshot, 'boot' | 'dropped' | 'hasHome' | 'answers' | 'commanded' | 'lastNumber'>;

export class EdgeDisk {
  readonly #items = new Map<number, OutboxItem>();
  readonly #told = new Map<string, EdgeSnapshot['told'][number]>();
  readonly #states = new Map<string, EdgeSnapshot['engine']['states'][number]>();
  readonly #detectors = new Map<string, EdgeSnapshot['engine']['detectors'][number]>();
  #small: Small = { boot: 0, dropped: 0, hasHome: false, answers: [], commanded: null, lastNumber: 0 };

  get size(): number {
    return this.#items.size;
  }

  all(): readonly OutboxItem[] {
    return [...this.#items.values()];
  }

  items(numbers: readonly number[]): EdgeAnswer {
    return numbers.flatMap((number) => this.#items.get(number) ?? []);
  }

  snapshot(): EdgeSnapshot {
    return {
      ...this.#small,
      told: [...this.#told.values()],
      engine: { states: [...this.#states.values()], detectors: [...this.#detectors.values()] },
      outbox: [...this.#items.values()],
    };
  }

  write(write: EdgeWrite): void {
    switch (write.kind) {
      case 'putBoot':
        this.#small = { ...this.#small, boot: write.boot };
        return;
      case 'addItem':
        this.#items.set(write.item.number, write.item);
        this.#small = { ...this.#small, lastNumber: write.item.number };
        return;
      case 'deleteItems':
        for (const { number, boot, sensor, seq } of this.#items.values()) {
          if (boot === write.boot && sensor === write.sensor && seq <= write.upTo) this.#items.delete(number);
        }
        return;
      case 'putDropped':
        this.#small = { ...this.#small, dropped: write.dropped };
        return;
      case 'putHasHome':
        this.#small = { ...this.#small, hasHome: true };
        return;
      case 'putAnswers':
        this.#small = { ...this.#small, answers: write.answers };
        return;
      case 'putRules':
        this.#small = { ...this.#small, commanded: write.commanded };
        return;
      case 'putTold':
        this.#told.set(`${write.record.rule}/${write.record.sensor}`, write.record);
        return;
      case 'deleteTold':
        this.#told.delete(`${write.record.rule}/${write.record.sensor}`);
        return;
      case 'putRuleState':
        this.#states.set(`${write.record.rule}/${write.record.node}/${write.record.sensor}`, write.record);
        return;
      case 'deleteRuleState':
        this.#states.delete(`${write.rule}/${write.node}/${write.sensor}`);
        return;
      case 'putDetector':
        this.#detectors.set(`${write.record.node}/${write.record.sensor}`, write.record);
        return;
      case 'deleteDetector':
        this.#detectors.delete(`${write.node}/${write.sensor}`);
        return;
    }
  }
}
