/**
 * What is usual over months, in constant memory: the median and the median absolute deviation of everything since a
 * start, kept twice with staggered starts, so that the older is used and given up in turn.
 */
import { P2Quantile, type P2State } from './p2-quantile.ts';
import { parameters, sigmaPerDeviation } from './parameters.ts';

export type LongMemoryState = readonly { readonly middle: P2State; readonly deviation: P2State }[];

class Half {
  readonly middle: P2Quantile;
  readonly deviation: P2Quantile;

  constructor(state?: LongMemoryState[number]) {
    this.middle = new P2Quantile(0.5, state?.middle);
    this.deviation = new P2Quantile(0.5, state?.deviation);
  }

  add(value: number): void {
    this.middle.add(value);
    this.deviation.add(Math.abs(value - this.middle.value));
  }
}

export class LongMemory {
  #older: Half;
  #newer: Half;

  constructor(state: LongMemoryState = []) {
    this.#older = new Half(state[0]);
    this.#newer = new Half(state[1]);
  }

  get count(): number {
    return this.#older.middle.count;
  }

  get middle(): number {
    return this.#older.middle.value;
  }

  /** One robust standard deviation; 0 while nothing differs. */
  get sigma(): number {
    return this.#older.deviation.value * sigmaPerDeviation;
  }

  add(value: number): void {
    this.#older.add(value);
    if (this.count <= parameters.slotsToForget) return;
    this.#newer.add(value);
    if (this.#newer.middle.count < parameters.slotsToForget) return;
    this.#older = this.#newer;
    this.#newer = new Half();
  }

  save(): LongMemoryState {
    return [this.#older, this.#newer].map((half) => ({
      middle: half.middle.save(),
      deviation: half.deviation.save(),
    }));
  }
}
