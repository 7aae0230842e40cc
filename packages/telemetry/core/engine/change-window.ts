/** The lowest and the highest value of the last while, in constant memory: one pair for each sixteenth of it. */

const slots = 16;

export class ChangeWindow {
  readonly #slotMs: number;
  /** One more than the window has: the oldest is only partly within it. */
  readonly #low = new Array<number>(slots + 1).fill(Infinity);
  readonly #high = new Array<number>(slots + 1).fill(-Infinity);
  #slot = 0;
  #isEmpty = true;

  constructor(withinMs: number) {
    this.#slotMs = withinMs / slots;
  }

  /** Everything within the window counts, and up to a sixteenth more. */
  get reachMs(): number {
    return this.#slotMs * (slots + 1);
  }

  add(value: number, monoMs: number): void {
    this.slideTo(monoMs);
    const at = this.#slot % (slots + 1);
    this.#low[at] = Math.min(this.#low[at] ?? Infinity, value);
    this.#high[at] = Math.max(this.#high[at] ?? -Infinity, value);
    this.#isEmpty = false;
  }

  /** Infinity when nothing is left. */
  get lowest(): number {
    let lowest = Infinity;
    for (const low of this.#low) if (low < lowest) lowest = low;
    return lowest;
  }

  get highest(): number {
    let highest = -Infinity;
    for (const high of this.#high) if (high > highest) highest = high;
    return highest;
  }

  /** Forgets what is too old now. */
  slideTo(monoMs: number): void {
    const slot = Math.floor(monoMs / this.#slotMs);
    const gone = this.#isEmpty ? 0 : Math.min(slots + 1, slot - this.#slot);
    for (let i = 1; i <= gone; i++) {
      const at = (this.#slot + i) % (slots + 1);
      this.#low[at] = Infinity;
      this.#high[at] = -Infinity;
    }
    this.#slot = slot;
  }
}
