/** The trace of a run: the last lines in full, and a hash over all of them, so that two runs compare byte by byte. */

/** No UTF-16 unit is as large. */
const endOfText = 0x10000;

export class Trace {
  readonly #limit: number;
  #lines: string[] = [];
  #count = 0;
  #hashA = 0x811c9dc5;
  #hashB = 0x9e3779b9;

  /** Keeps at least the last `limit` lines. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a line. `detail` is not kept, but counts in the hash: what the line stands for, in full. */
  add(line: string, detail = ''): void {
    this.#count += 1;
    this.#lines.push(line);
    // Cut rarely, so that adding a line costs the same however long the run is.
    if (this.#lines.length >= 2 * this.#limit) this.#lines = this.#lines.slice(-this.#limit);
    this.#mix(line);
    this.#mix(detail);
  }

  get count(): number {
    return this.#count;
  }

  /** 64 bits over every line so far, and its detail. */
  get hash(): string {
    const hex = (part: number): string => (part >>> 0).toString(16).padStart(8, '0');
    return hex(this.#hashA) + hex(this.#hashB);
  }

  /** The last lines, oldest first. */
  tail(count: number): readonly string[] {
    return this.#lines.slice(-count);
  }

  /** The lines that are kept, one below the other. */
  text(): string {
    return this.#lines.join('\n');
  }

  /** Two lanes of FNV-1a with different primes, and a last round, so that it matters where a text ends. */
  #mix(text: string): void {
    let [a, b] = [this.#hashA, this.#hashB];
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ unit, 0x85ebca6b) + 1;
    }
    this.#hashA = Math.imul(a ^ endOfText, 0x01000193);
    this.#hashB = Math.imul(b ^ endOfText, 0x85ebca6b) + 1;
  }
}
