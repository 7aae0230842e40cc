/** Interleaved measuring: every round asks each contestant once, so that what slows the machine slows all. */

export interface RoundPlan {
  readonly rounds: number;
  /** Rounds before those that count: code and connections are cold in the first ones. */
  readonly warmUpRounds: number;
}

/** Who takes part, by name. */
export type Contest = Readonly<Record<string, () => Promise<unknown>>>;

/** What each contestant gave, by round. */
export type Samples<Contestants extends Contest> = {
  readonly [Name in keyof Contestants]: Awaited<ReturnType<Contestants[Name]>>[];
};

/** Whoever begins changes from round to round. */
export async function runRounds<Contestants extends Contest>(
  plan: RoundPlan,
  contest: Contestants,
): Promise<Samples<Contestants>> {
  const contestants = Object.entries(contest).map(([name, measure]) => {
    const samples: unknown[] = [];
    return { name, measure, samples };
  });
  for (let round = 0; round < plan.warmUpRounds + plan.rounds; round++) {
    for (const { measure, samples } of rotated(contestants, round)) {
      const sample = await measure();
      if (round >= plan.warmUpRounds) samples.push(sample);
    }
    if (process.stderr.isTTY) process.stderr.write('.');
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
  return Object.fromEntries(contestants.map(({ name, samples }) => [name, samples])) as Samples<Contestants>;
}

function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
