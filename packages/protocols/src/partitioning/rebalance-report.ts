/** What a change of members costs: how many keys move, beside the least that any placement has to move. */

export type Placement = (key: string) => string | undefined;

export interface RebalanceReport {
  readonly keys: number;
  readonly moved: number;
  /**
   * Of an even placement over equal members: what those that went had, and what those that came are to get, the larger
   * of both.
   */
  readonly leastMoved: number;
  /** Keys of each member afterwards, by id. */
  readonly loads: Readonly<Record<string, number>>;
  /** The fullest member's keys over the mean; 1 is even. */
  readonly imbalance: number;
}

export interface Members {
  readonly members: readonly string[];
  readonly ownerOf: Placement;
}

/** Compares two placements on these keys. */
export function rebalanceReport(keys: readonly string[], before: Members, after: Members): RebalanceReport {
  const loads = new Map(after.members.map((member) => [member, 0]));
  let moved = 0;
  for (const key of keys) {
    const owner = after.ownerOf(key);
    if (owner !== before.ownerOf(key)) moved += 1;
    if (owner !== undefined) loads.set(owner, (loads.get(owner) ?? 0) + 1);
  }
  const [old, young] = [new Set(before.members), new Set(after.members)];
  const gone = before.members.filter((member) => !young.has(member)).length;
  const come = after.members.filter((member) => !old.has(member)).length;
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const least = Math.max(share(gone, before.members.length), share(come, after.members.length));
  const mean = keys.length / Math.max(1, after.members.length);
  return {
    keys: keys.length,
    moved,
    leastMoved: Math.round(keys.length * least),
    loads: Object.fromEntries([...loads].sort(([a], [b]) => (a < b ? -1 : 1))),
    imbalance: mean === 0 ? 1 : Math.max(0, ...loads.values()) / mean,
  };
}
