/** Numbers, first in, first out, 8 bytes each: there may be a million. */

const compactAt = 1_024;

export class NumberQueue {
  #numbers: number[] = [];
  #head = 0;

  get length(): number {
    return this.#numbers.length - this.#head;
  }

  get first(): number | undefined {
    return this.#numbers[this.#head];
  }

  push(number: number): void {
    this.#numbers.push(number);
  }

  shift(): number | undefined {
    const { first } = this;
    if (first === undefined) return undefined;
    this.#head += 1;
    if (this.#head >= compactAt && 2 * this.#head >= this.#numbers.length) {
      this.#numbers = this.#numbers.slice(this.#head);
      this.#head = 0;
    }
    return first;
  }
}
