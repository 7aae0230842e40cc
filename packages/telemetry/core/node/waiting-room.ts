/** What edges say before it is known who keeps them: a plain device would not say it again. */
import type { EdgeId } from '@bothy/wire';
import type { NodeInput, SourcedReading } from './messages.ts';

type Other = Extract<NodeInput, { readonly kind: 'event' | 'status' }>;

interface Waiting {
  readonly readings: readonly SourcedReading[];
  readonly others: readonly Other[];
}

/** Of all edges. Who is told no home at all (there is no room) waits no longer than others come. */
const mostWaiting = 5_000;

export class WaitingRoom {
  /** The edge that began to wait first is first. */
  readonly #of = new Map<EdgeId, { readings: SourcedReading[]; others: Other[] }>();
  #count = 0;

  has(edge: EdgeId): boolean {
    return this.#of.has(edge);
  }

  put(edge: EdgeId, item: SourcedReading | Other): void {
    const waiting = this.#of.get(edge) ?? { readings: [], others: [] };
    this.#of.set(edge, waiting);
    if ('kind' in item) waiting.others.push(item);
    else waiting.readings.push(item);
    this.#count += 1;
    const [oldest] = this.#of.keys();
    if (this.#count > mostWaiting && oldest !== undefined) this.take(oldest);
  }

  take(edge: EdgeId): Waiting {
    const waiting = this.#of.get(edge) ?? { readings: [], others: [] };
    if (this.#of.delete(edge)) this.#count -= waiting.readings.length + waiting.others.length;
    return waiting;
  }
}
