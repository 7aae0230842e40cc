import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type VersionVector,
  vectorAdvance,
  vectorCompare,
  vectorGet,
  vectorMerge,
  vectorMissing,
} from './version-vector.ts';

const keys = ['a', 'b', 'c', '__proto__', 'constructor'];
const vector: fc.Arbitrary<VersionVector> = fc
  .array(fc.tuple(fc.constantFrom(...keys), fc.nat(4)), { maxLength: 6 })
  .map((entries) => Object.fromEntries(entries));

/** The slow, obvious model: every single entry held, as `key/number`. */
function held(v: VersionVector): Set<string> {
  const entries = Object.entries(v);
  return new Set(entries.flatMap(([key, n]) => Array.from({ length: n }, (_, i) => `${key}/${i + 1}`)));
}

function check(holds: (a: VersionVector, b: VersionVector, c: VersionVector) => void): void {
  fc.assert(fc.property(vector, vector, vector, holds), { seed: 2, numRuns: 300 });
}

test('[VV1] an absent key is 0, and 0 is as good as absent', () => {
  expect(vectorGet({}, 'a')).toBe(0);
  expect(vectorGet({ a: 3 }, 'a')).toBe(3);
  expect(vectorCompare({ a: 0 }, {})).toBe('equal');
  expect(vectorMissing({ a: 0 }, {})).toEqual([]);
});

test('[VV2] a merge holds exactly what either holds', () => {
  check((a, b, c) => {
    expect(held(vectorMerge(a, b))).toEqual(new Set([...held(a), ...held(b)]));
    expect(vectorMerge(a, b)).toEqual(vectorMerge(b, a));
    expect(vectorMerge(vectorMerge(a, b), c)).toEqual(vectorMerge(a, vectorMerge(b, c)));
    expect(vectorCompare(vectorMerge(a, a), a)).toBe('equal');
  });
});

test('[VV3] comparing vectors is comparing what they hold', () => {
  check((a, b) => {
    const [ofA, ofB] = [held(a), held(b)];
    const within = [...ofA].every((entry) => ofB.has(entry));
    const around = [...ofB].every((entry) => ofA.has(entry));
    const expected = within ? (around ? 'equal' : 'before') : around ? 'after' : 'concurrent';
    expect(vectorCompare(a, b)).toBe(expected);
  });
  expect(vectorCompare({ a: 1 }, { b: 1 })).toBe('concurrent');
});

test('[VV4] advancing raises one key, never lowers, and changes nothing given', () => {
  check((a, b) => {
    const copy = { ...a };
    for (const [key, n] of Object.entries(b)) {
      const raised = vectorAdvance(a, key, n);
      expect(vectorGet(raised, key)).toBe(Math.max(n, vectorGet(a, key)));
      for (const other of keys) {
        if (other !== key) expect(vectorGet(raised, other)).toBe(vectorGet(a, other));
      }
    }
    expect({ ...a }).toEqual(copy);
  });
});

test('[VV5] what is missing fills the gap, and nothing else', () => {
  check((a, b) => {
    const missing = vectorMissing(a, b).flatMap(({ key, from, to }) =>
      Array.from({ length: to - from + 1 }, (_, i) => `${key}/${from + i}`),
    );
    expect(new Set(missing)).toEqual(new Set([...held(a)].filter((entry) => !held(b).has(entry))));
    expect(missing).toHaveLength(new Set(missing).size);
  });
  expect(vectorMissing({ a: 5 }, { a: 2 })).toEqual([{ key: 'a', from: 3, to: 5 }]);
});

test('[VV6] names that objects inherit are ordinary keys', () => {
  expect(vectorGet({}, 'constructor')).toBe(0);
  expect(vectorGet({}, '__proto__')).toBe(0);
  const hostile = vectorAdvance(vectorAdvance({}, '__proto__', 3), 'toString', 1);
  expect(vectorGet(hostile, '__proto__')).toBe(3);
  expect(vectorMissing(vectorMerge(hostile, {}), {})).toEqual([
    { key: '__proto__', from: 1, to: 3 },
    { key: 'toString', from: 1, to: 1 },
  ]);
  expect(vectorCompare(JSON.parse('{"__proto__":1}'), {})).toBe('after');
  expect(vectorCompare({}, JSON.parse('{"__proto__":1}'))).toBe('before');
});

test('[VV7] keys come in the order of their code units, however they went in', () => {
  const mixed = { b: 1, ä: 1, B: 1, a: 1 };
  const sorted = ['B', 'a', 'b', 'ä'];
  expect(Object.keys(vectorMerge({}, mixed))).toEqual(sorted);
  expect(Object.keys(vectorAdvance({ b: 1, ä: 1, B: 1 }, 'a', 1))).toEqual(sorted);
  expect(vectorMissing(mixed, {}).map(({ key }) => key)).toEqual(sorted);
});

test('[VV8] a count is a whole number', () => {
  for (const n of [-1, 0.5, Number.NaN, Infinity]) {
    expect(() => vectorAdvance({}, 'a', n)).toThrow(RangeError);
  }
});
