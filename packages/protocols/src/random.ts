/**
 * Randomness for cores: a seeded generator, one per concern, so that using one
 * more number in one place changes nothing elsewhere. Not for secrets. Rules
 * RNG1… in SPEC.md.
 */

/** A source of uniformly distributed numbers. */
export interface Random {
  /** A float in [0, 1) with 32 bits of resolution. */
  next(): number;
  /** An integer in [0, bound). Throws a RangeError unless `bound` is an integer from 1 to 2^32. */
  below(bound: number): number;
}

/**
 * sfc32, seeded by hashing the text of the seed (cyrb128-style mixing).
 * Chris Doty-Humphrey's "Small Fast Counting" generator, PractRand 2010:
 * 128 bits of state, period at least 2^32, passes PractRand.
 */
export function seededRandom(seed: string): Random {
  let [a, b, c, d] = mixSeed(seed);
  const uint32 = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  // The first outputs still show the seed's structure; twelve rounds are sfc32's own warm-up.
  for (let i = 0; i < 12; i++) uint32();
  return {
    next: () => uint32() / 4294967296,
    below: (bound) => {
      if (!(Number.isInteger(bound) && bound >= 1 && bound <= 4294967296)) {
        throw new RangeError(`not a bound from 1 to 2^32: ${bound}`);
      }
      return Math.floor((uint32() / 4294967296) * bound);
    },
  };
}

function mixSeed(seed: string): [number, number, number, number] {
  const state: [number, number, number, number] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let i = 0; i < seed.length; i++) {
    const unit = seed.charCodeAt(i);
    for (let lane = 0; lane < 4; lane++) {
      const mixed = Math.imul((state[lane] as number) ^ unit, 0x9e3779b1 + lane * 0x85ebca6a);
      state[lane] = (mixed ^ (mixed >>> 15)) | 0;
    }
  }
  return state;
}
