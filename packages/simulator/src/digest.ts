/**
 * A running hash over plain data: 64 bits in two lanes like FNV-1a, each with a prime of its own, that take 32 bits at a
 * time. A multiplication carries what differs upwards only, so each lane also brings its high bits down again: else two
 * numbers of another sign would cancel each other. For telling two runs apart, not for secrets.
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
  whole: 13,
};

const float = new Float64Array(1);
const floatWords = new Uint32Array(float.buffer);

/** Names of members come again and again: 64 bits each, made once. */
const names = new Map<string, { readonly a: number; readonly b: number }>();
/** Of names that are made up as a run goes there may be any number. */
const maxNames = 10_000;

export class Digest {
  #a = 0x811c9dc5;
  #b = 0x9e3779b9;

  /** 16 hexadecimal digits over everything so far. */
  get hex(): string {
    const hex = (part: number): string => (part >>> 0).toString(16).padStart(8, '0');
    return hex(this.#a) + hex(this.#b);
  }

  text(text: string): void {
    let a = this.#a;
    let b = this.#b;
    const { length } = text;
    // Two letters at a time; half of what a run costs beside its cores is this loop.
    for (let i = 0; i < length; i += 2) {
      const word = i + 1 < length ? text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16) : text.charCodeAt(i);
      a = Math.imul(a ^ word, 0x01000193);
      a ^= a >>> 15;
      b = Math.imul(b ^ word, 0x85ebca6b);
      b = ((b << 13) | (b >>> 19)) + 1;
    }
    this.#a = a;
    this.#b = b;
    // The length ends it: "ab", "c" is not "a", "bc".
    this.#word(length);
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
        // -0 is another number than 0.
        if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
          this.#word(tags.whole);
          return this.#word(value);
        }
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
        this.#name(key);
        const member = record[key];
        // Of kinds there are few.
        if (key === 'kind' && typeof member === 'string') this.#name(member);
        else this.value(member, depth + 1);
      }
    }
    this.#word(tags.end);
  }

  #name(name: string): void {
    let words = names.get(name);
    if (words === undefined) {
      const digest = new Digest();
      digest.text(name);
      words = { a: digest.#a, b: digest.#b };
      if (names.size < maxNames) names.set(name, words);
    }
    this.#word(words.a);
    this.#word(words.b);
  }

  #word(word: number): void {
    const a = Math.imul(this.#a ^ word, 0x01000193);
    this.#a = a ^ (a >>> 15);
    const b = Math.imul(this.#b ^ word, 0x85ebca6b);
    this.#b = ((b << 13) | (b >>> 19)) + 1;
  }
}
