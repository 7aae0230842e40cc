/** What a directory holds at most: all of it is in the memory of every node, and in one snapshot. */
export interface DirectoryLimits {
  /** Names that were ever claimed: one that was released is remembered, so that old claims stay void. @default 100000 */
  readonly names: number;
  /** @default 50000 */
  readonly rooms: number;
  /** Rooms that are gone for ever. @default 100000 */
  readonly buried: number;
  /** Edges. @default 10000 */
  readonly homes: number;
  /** Keys that were ever kept out: one that was let in is remembered, so that no other directory keeps it out again. @default 10000 */
  readonly keys: number;
}

export const directoryLimits: DirectoryLimits = {
  names: 100_000,
  rooms: 50_000,
  buried: 100_000,
  homes: 10_000,
  keys: 10_000,
};

export type LimitedPart = keyof DirectoryLimits;

const sentences: Readonly<Record<LimitedPart, (limit: number) => string>> = {
  names: (limit) => `No more than ${limit} names fit into the directory of a cluster.`,
  rooms: (limit) => `No more than ${limit} rooms fit into the directory of a cluster. Delete one first.`,
  buried: (limit) => `The directory remembers ${limit} deleted rooms, and no more than that.`,
  homes: (limit) => `No more than ${limit} edges fit into the directory of a cluster. Forget one first.`,
  keys: (limit) => `The directory remembers ${limit} keys that were kept out, and no more than that.`,
};

export function fullSentence(part: LimitedPart, limits: DirectoryLimits): string {
  return sentences[part](limits[part]);
}
