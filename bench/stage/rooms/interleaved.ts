/** Rounds in which every contestant is measured once, until there are enough of them or the time is over. */

export interface RoundLimit {
  readonly rounds: number;
  /** With fewer than `leastRounds` it goes on. */
  readonly seconds: number;
}

/** Below so many a median says nothing. */
const leastRounds = 3;

/**
 * Whoever begins changes from round to round. The first round is cold and does not count. Resolves with how many
 * counted.
 */
export async function interleaved<Contestant>(
  contestants: readonly Contestant[],
  { rounds, seconds }: RoundLimit,
  measure: (contestant: Contestant, counts: boolean) => Promise<void>,
): Promise<number> {
  const startMs = performance.now();
  let counted = -1;
  for (;;) {
    const roundMs = performance.now();
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const contestant = contestants[(turn + counted + 1) % contestants.length];
      if (contestant !== undefined) await measure(contestant, counted >= 0);
    }
    counted += 1;
    const nowMs = performance.now();
    // One more would end so late.
    const endMs = nowMs + (nowMs - roundMs) - startMs;
    if (counted >= rounds || (counted >= leastRounds && endMs > seconds * 1000)) return counted;
  }
}
