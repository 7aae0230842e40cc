/** The store as plain maps, and writes at random for it. */
import type { Random } from '@bothy/protocols';
import type {
  EdgeAnswer,
  EdgeQuery,
  EdgeSnapshot,
  EdgeWrite,
  OutboxItem,
  RuleStateRecord,
  ToldRecord,
} from '../../../core/index.ts';
import { AnomalyDetector } from '../../../core/index.ts';
import { sampleItem } from './sample-item.ts';

const sensors = ['temperature', 'humidity', 'co2.1'];

export class EdgeStoreModel {
  readonly #random: Random;
  #state: Omit<EdgeSnapshot, 'outbox' | 'told' | 'engine'> = {
    ...{ boot: 0, dropped: 0, hasHome: false, answers: [], commanded: null, lastNumber: 0 },
  };
  #items: OutboxItem[] = [];
  readonly #told = new Map<string, ToldRecord>();
  readonly #rules = new Map<string, RuleStateRecord>();
  readonly #detectors = new Map<string, EdgeSnapshot['engine']['detectors'][number]>();
  #number = 0;
  readonly #seq = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  numbers(): number[] {
    return this.#items.map(({ number }) => number);
  }

  someWrites(): EdgeWrite[] {
    return Array.from({ length: 1 + this.#random.below(6) }, () => this.#someWrite());
  }

  apply(writes: readonly EdgeWrite[]): void {
    for (const write of writes) this.#apply(write);
  }

  snapshot(): EdgeSnapshot {
    const sorted = <Value>(map: Map<string, Value>): Value[] =>
      [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
    const outbox = this.#items.map(({ value: _, unit: __, quality: ___, ...entry }) => entry);
    const engine = { states: sorted(this.#rules), detectors: sorted(this.#detectors) };
    return { ...this.#state, told: sorted(this.#told), engine, outbox };
  }

  answer({ numbers }: EdgeQuery): EdgeAnswer {
    return this.#items.filter(({ number }) => numbers.includes(number));
  }

  #apply(write: EdgeWrite): void {
    switch (write.kind) {
      case 'putBoot':
        this.#state = { ...this.#state, boot: write.boot };
        return;
      case 'putDropped':
        this.#state = { ...this.#state, dropped: write.dropped };
        return;
      case 'putHasHome':
        this.#state = { ...this.#state, hasHome: true };
        return;
      case 'putAnswers':
        this.#state = { ...this.#state, answers: write.answers };
        return;
      case 'putRules':
        this.#state = { ...this.#state, commanded: write.commanded };
        return;
      case 'addItem':
        this.#items.push(write.item);
        this.#state = { ...this.#state, lastNumber: write.item.number };
        return;
      case 'deleteItems':
        this.#items = this.#items.filter(
          ({ boot, sensor, seq }) => boot !== write.boot || sensor !== write.sensor || seq > write.upTo,
        );
        return;
      case 'putTold':
        this.#told.set(`${write.record.rule} ${write.record.sensor}`, write.record);
        return;
      case 'deleteTold':
        this.#told.delete(`${write.record.rule} ${write.record.sensor}`);
        return;
      case 'putRuleState':
        this.#rules.set(`${write.record.rule} ${write.record.node} ${write.record.sensor}`, write.record);
        return;
      case 'deleteRuleState':
        this.#rules.delete(`${write.rule} ${write.node} ${write.sensor}`);
        return;
      case 'putDetector':
        this.#detectors.set(`${write.record.node} ${write.record.sensor}`, write.record);
        return;
      case 'deleteDetector':
        this.#detectors.delete(`${write.node} ${write.sensor}`);
    }
  }

  #someWrite(): EdgeWrite {
    const random = this.#random;
    const sensor = sensors[random.below(sensors.length)] ?? 'temperature';
    const rule = `rule-${random.below(3)}`;
    const [node, boot] = ['edge-1', 1 + random.below(3)];
    switch (random.below(12)) {
      case 0:
        return { kind: 'putBoot', boot: random.below(1_000) };
      case 1:
        return { kind: 'putDropped', dropped: random.below(1_000) };
      case 2:
        return { kind: 'putHasHome' };
      case 3:
        return {
          kind: 'putAnswers',
          answers: [{ id: `c${random.below(9)}`, ok: random.below(2) === 0, sentence: '“ok”' }],
        };
      case 4:
        return { kind: 'putRules', commanded: { instead: 'x > 1', rules: [] } };
      case 5:
        return { kind: 'deleteItems', boot, sensor, upTo: random.below(20) };
      case 6:
        return { kind: random.below(2) === 0 ? 'putTold' : 'deleteTold', record: { rule, sensor } };
      case 7:
        return { kind: 'putRuleState', record: someRuleState(rule, sensor, random) };
      case 8:
        return random.below(2) === 0
          ? { kind: 'deleteRuleState', rule, node, sensor }
          : { kind: 'deleteDetector', node, sensor };
      case 9:
        return { kind: 'putDetector', record: { node, sensor, state: new AnomalyDetector().save() } };
      default:
        return { kind: 'addItem', item: this.#someItem(boot, sensor) };
    }
  }

  #someItem(boot: number, sensor: string): OutboxItem {
    const random = this.#random;
    const seq = (this.#seq.get(`${boot} ${sensor}`) ?? 0) + 1;
    this.#seq.set(`${boot} ${sensor}`, seq);
    this.#number += 1 + random.below(2);
    const value = (random.next() - 0.5) * 10 ** random.below(15);
    const unit = random.below(2) === 0 ? {} : { unit: '°C', quality: 'late' };
    return sampleItem(this.#number, {
      boot,
      sensor,
      seq,
      value,
      stampMs: 1_780_000_000_000 + this.#number,
      ...unit,
    });
  }
}

function someRuleState(rule: string, sensor: string, random: Random): RuleStateRecord {
  const isFiring = random.below(2) === 0;
  return {
    rule,
    text: `${rule}: ${sensor} > 1`,
    node: 'edge-1',
    sensor,
    isFiring,
    latches: [isFiring],
    transitions: [],
  };
}
