/**
 * A running hash over plain data: 64 bits in two lanes, FNV-1a and a sibling
 * with another prime. For telling two runs apart, not for secrets.
 */

/** What is nested deeper is not the plain data of inputs and outputs, but a circle. */
const maxDepth = 64;

const tags = {
  nothing: 1,
  no: 2,
  yes: 3,
  number: 4,
  text: 5,
  list: 6,
  record: 7,
  bytes: 8,
  end: 9,
  other: 10,
  map: 11,
  set: 12,
};

const float = new Float64Array(1);
const floatWords = new Uint32Array(float.buffer);

export class Digest {
  #a = 0x811c9dc5;
  #b = 0x9e3779b9;

  /** 16 hexadecimal digits over everything so far. */
  get hex(): string {
    const hex = (part: number): string => (part >>> 0).toString(16).padStart(8, '0');
    return hex(this.#a) + hex(this.#b);
  }

  text(text: string): void {
    let [a, b] = [this.#a, this.#b];
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ unit, 0x85ebca6b) + 1;
    }
    this.#a = a;
    this.#b = b;
    // The length ends it: "ab", "c" is not "a", "bc".
    this.#word(text.length);
  }

  number(value: number): void {
    float[0] = value;
    this.#word(floatWords[0] as number);
    this.#word(floatWords[1] as number);
  }

  /** Numbers, texts, lists, records, maps, sets and bytes, whole. Throws a RangeError for what has no end. */
  value(value: unknown, depth = 0): void {
    switch (typeof value) {
      case 'string':
        this.#word(tags.text);
        return this.text(value);
      case 'number':
        this.#word(tags.number);
        return this.number(value);
      case 'boolean':
        return this.#word(value ? tags.yes : tags.no);
      case 'object':
        return value === null ? this.#word(tags.nothing) : this.#object(value, depth);
      case 'bigint':
        this.#word(tags.other);
        return this.text(value.toString());
      default:
        return this.#word(tags.other);
    }
  }

  #object(value: object, depth: number): void {
    if (depth > maxDepth) throw new RangeError(`not plain data: nested more than ${maxDepth} deep`);
    if (ArrayBuffer.isView(value)) {
      this.#word(tags.bytes);
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      for (const byte of bytes) this.#word(byte);
    } else if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
      this.#word(Array.isArray(value) ? tags.list : value instanceof Map ? tags.map : tags.set);
      for (const item of value) this.value(item, depth + 1);
    } else {
      this.#word(tags.record);
      const record = value as Readonly<Record<string, unknown>>;
      for (const key in record) {
        this.text(key);
        this.value(record[key], depth + 1);
      }
    }
    this.#word(tags.end);
  }

  #word(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#b = Math.imul(this.#b ^ word, 0x85ebca6b) + 1;
  }
}
