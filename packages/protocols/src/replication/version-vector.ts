/**
 * Version vectors: how much of each log somebody holds (Parker et al.:
 * "Detection of Mutual Inconsistency in Distributed Systems", IEEE TSE 1983).
 * Rules VV1… in SPEC.md.
 */

/** Highest number held, per log. An absent log counts as 0. */
export type VersionVector = Readonly<Record<string, number>>;

export function vectorGet(vector: VersionVector, key: string): number {
  return Object.hasOwn(vector, key) ? (vector[key] as number) : 0;
}

/** The least vector that holds what both hold. */
export function vectorMerge(a: VersionVector, b: VersionVector): VersionVector {
  return fromKeys([...Object.keys(a), ...Object.keys(b)], (key) =>
    Math.max(vectorGet(a, key), vectorGet(b, key)),
  );
}

/** How `a` stands to `b`: `before` when `b` holds everything of `a` and more. */
export function vectorCompare(
  a: VersionVector,
  b: VersionVector,
): 'equal' | 'before' | 'after' | 'concurrent' {
  const less = Object.keys(b).some((key) => vectorGet(a, key) < vectorGet(b, key));
  const more = Object.keys(a).some((key) => vectorGet(a, key) > vectorGet(b, key));
  if (less && more) return 'concurrent';
  if (less) return 'before';
  return more ? 'after' : 'equal';
}

/**
 * The vector with `key` raised to `n`; never lowers. Throws a RangeError unless
 * `n` is a whole number: vectors that arrive are parsed before they come here.
 */
export function vectorAdvance(vector: VersionVector, key: string, n: number): VersionVector {
  if (!(Number.isSafeInteger(n) && n >= 0)) throw new RangeError(`not a count: ${n}`);
  if (n <= vectorGet(vector, key)) return vector;
  return fromKeys([...Object.keys(vector), key], (each) => (each === key ? n : vectorGet(vector, each)));
}

export interface MissingRange {
  readonly key: string;
  /** First number that is lacking. */
  readonly from: number;
  /** Last number that is held. */
  readonly to: number;
}

/** What `have` holds that `theirs` lacks, sorted by key so that runs repeat. */
export function vectorMissing(have: VersionVector, theirs: VersionVector): readonly MissingRange[] {
  return Object.keys(have)
    .sort()
    .filter((key) => vectorGet(have, key) > vectorGet(theirs, key))
    .map((key) => ({ key, from: vectorGet(theirs, key) + 1, to: vectorGet(have, key) }));
}

/** Keys come from outside: a null prototype keeps `__proto__` an ordinary one. */
function fromKeys(keys: readonly string[], value: (key: string) => number): VersionVector {
  const out: Record<string, number> = Object.create(null);
  for (const key of [...new Set(keys)].sort()) out[key] = value(key);
  return out;
}
