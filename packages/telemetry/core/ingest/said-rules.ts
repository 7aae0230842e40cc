/**
 * What the rules of an edge last said, so that its status can make up for events that were lost on their way, whether they
 * said that a rule fired or that it cleared. Rule TI8 in SPEC.md.
 */
import type { EdgeId, EdgeStatus, TelemetryEvent } from '@bothy/wire';
import type { SaidRule } from './records.ts';

const mostSaid = 512;
const mendedSentence = 'Its edge says that this does not hold any more.';

export class SaidRules {
  /** The one that was heard of longest ago comes first. */
  readonly #said: Map<string, SaidRule>;

  constructor(said: readonly SaidRule[] = []) {
    this.#said = new Map(said.map((each) => [keyOf(each), each]));
  }

  all(): readonly SaidRule[] {
    return [...this.#said.values()];
  }

  /** An event with numbers. */
  heard({ eventType: rule, sensor, event: active, boot, seq }: TelemetryEvent): void {
    if (boot === undefined || seq === undefined) return;
    const known = this.#said.get(`${rule}/${sensor}`);
    if (known !== undefined && isAfter(known, boot, seq)) return;
    this.#put({ rule, sensor, active, boot, seq });
  }

  /** Another home heard what was said last; of that it is known only what it took for firing. */
  replace(active: readonly { readonly rule: string; readonly sensor: string }[]): void {
    this.#said.clear();
    this.adopt(active);
  }

  /** Whatever was heard of it here: its alarm is active now, and the next status says whether it is right. */
  adopt(active: readonly { readonly rule: string; readonly sensor: string }[]): void {
    for (const { rule, sensor } of active.slice(0, mostSaid)) {
      this.#put({ rule, sensor, active: true, boot: 0, seq: 0 });
    }
  }

  /** Events that a status makes up for. */
  mend(edge: EdgeId, status: EdgeStatus, stampMs: number): readonly TelemetryEvent[] {
    const { boot, events: seq, firing } = status;
    if (seq === undefined || firing === undefined) return [];
    const mended: TelemetryEvent[] = [];
    const make = (rule: string, sensor: string, active: boolean, value: number | null, extra: object) => {
      this.#put({ rule, sensor, active, boot, seq });
      mended.push({
        ...{ sensor, value: value ?? 0, stampMs, node: edge, event: active, eventType: rule, boot, seq },
        ...{ hist: false, extra: { ...extra }, ...(value === null ? { quality: 'none' } : {}) },
      });
    };
    const firingKeys = new Set(firing.map(keyOf));
    for (const known of this.all()) {
      if (!known.active || firingKeys.has(keyOf(known)) || isAfter(known, boot, seq)) continue;
      make(known.rule, known.sensor, false, null, { sentence: mendedSentence });
    }
    for (const each of firing) {
      const known = this.#said.get(keyOf(each));
      if (known !== undefined && (known.active || isAfter(known, boot, seq))) continue;
      const { rule, sensor, value, severity, sentence } = each;
      make(rule, sensor, true, value, { severity, sentence });
    }
    return mended;
  }

  #put(said: SaidRule): void {
    const key = keyOf(said);
    this.#said.delete(key);
    this.#said.set(key, said);
    if (this.#said.size <= mostSaid) return;
    const [first] = this.#said.keys();
    const oldest = this.all().find(({ active }) => !active);
    this.#said.delete(oldest === undefined ? (first ?? '') : keyOf(oldest));
  }
}

/** Whether it was said after this event. */
function isAfter(said: SaidRule, boot: number, seq: number): boolean {
  return said.boot > boot || (said.boot === boot && said.seq > seq);
}

function keyOf({ rule, sensor }: { readonly rule: string; readonly sensor: string }): string {
  return `${rule}/${sensor}`;
}
