/** The trace of a run: the last lines in full, and a hash over all of them, so that two runs compare byte by byte. */

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

  add(line: string): void {
    this.#count += 1;
    this.#lines.push(line);
    // Cut rarely, so that adding a line costs the same however long the run is.
    if (this.#lines.length >= 2 * this.#limit) this.#lines = this.#lines.slice(-this.#limit);
    for (let i = 0; i < line.length; i++) {
      const unit = line.charCodeAt(i);
      this.#hashA = Math.imul(this.#hashA ^ unit, 0x01000193);
      this.#hashB = Math.imul(this.#hashB ^ unit, 0x85ebca6b) + 1;
    }
  }

  get count(): number {
    return this.#count;
  }

  /** 64 bits over every line so far. */
  get hash(): string {
    const hex = (part: number): string => (part >>> 0).toString(16).padStart(8, '0');
    return hex(this.#hashA) + hex(this.#hashB);
  }

  /** The last lines, oldest first. */
  tail(count: number): readonly string[] {
    return this.#lines.slice(-count);
  }
}
