/**
 * What edges say before it is known who keeps them: a plain device would not say it again. What has waited for long comes
 * out as what is late: the directory may be out of reach for hours, and nothing of then is to raise an alarm now.
 */
import type { EdgeId } from '@bothy/wire';
import type { NodeInput, SourcedReading } from './messages.ts';

type Other = Extract<NodeInput, { readonly kind: 'event' | 'status' }>;

interface Waiting {
  readonly readings: readonly SourcedReading[];
  readonly others: readonly Other[];
}

interface Since<Item> {
  readonly item: Item;
  readonly monoMs: number;
}

/** Of all edges. Who is told no home at all (there is no room) waits no longer than others come. */
const mostWaiting = 5_000;
/** As long as claims of other nodes may be on their way. */
const liveMs = 3_000;

export class WaitingRoom {
  /** The edge that began to wait first is first. */
  readonly #of = new Map<EdgeId, { readings: Since<SourcedReading>[]; others: Since<Other>[] }>();
  #count = 0;

  has(edge: EdgeId): boolean {
    return this.#of.has(edge);
  }

  put(edge: EdgeId, item: SourcedReading | Other, monoMs: number): void {
    const waiting = this.#of.get(edge) ?? { readings: [], others: [] };
    this.#of.set(edge, waiting);
    if ('kind' in item) waiting.others.push({ item, monoMs });
    else waiting.readings.push({ item, monoMs });
    this.#count += 1;
    const [oldest] = this.#of.keys();
    if (this.#count > mostWaiting && oldest !== undefined) this.take(oldest, monoMs);
  }

  take(edge: EdgeId, nowMs: number): Waiting {
    const { readings, others } = this.#of.get(edge) ?? { readings: [], others: [] };
    if (this.#of.delete(edge)) this.#count -= readings.length + others.length;
    const isOld = ({ monoMs }: Since<unknown>): boolean => nowMs - monoMs > liveMs;
    return {
      readings: readings.map((each) => (isOld(each) ? asLate(each.item) : each.item)),
      others: others.flatMap((each) => (isOld(each) ? asKept(each.item) : [each.item])),
    };
  }
}

function asLate({ reading, ...source }: SourcedReading): SourcedReading {
  return { ...source, reading: { ...reading, hist: true } };
}

/** As a broker that had kept it would say it: the next status says what fires now. */
function asKept(item: Other): readonly Other[] {
  return item.kind === 'event' ? [] : [{ ...item, retained: true }];
}
