/** The last readings that a rule looked at. Written in place: this is on the path of every reading. */

export interface Sample {
  /** Which condition, left to right. */
  readonly leaf: number;
  readonly value: number;
  readonly stampMs: number;
  readonly monoMs: number;
}

const most = 16;

export class SampleRing {
  readonly #samples: { leaf: number; value: number; stampMs: number; monoMs: number }[] = [];
  #next = 0;

  add(leaf: number, value: number, stampMs: number, monoMs: number): void {
    const old = this.#samples[this.#next];
    if (old === undefined) this.#samples.push({ leaf, value, stampMs, monoMs });
    else {
      old.leaf = leaf;
      old.value = value;
      old.stampMs = stampMs;
      old.monoMs = monoMs;
    }
    this.#next = (this.#next + 1) % most;
  }

  /** Copies, the oldest first. */
  all(): readonly Sample[] {
    const ordered = [...this.#samples.slice(this.#next), ...this.#samples.slice(0, this.#next)];
    return ordered.map((sample) => ({ ...sample }));
  }
}
