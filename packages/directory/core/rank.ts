/**
 * Which of two directories ends in the other one. Nodes decide it alone and at different times, so it has to be an order:
 * of any two at most one ends in the other, whoever looks.
 */
import type { DirectoryAbout, NodeId } from '@bothy/wire';

/** An operator forced it into being, to replace the older one. */
export function replaces(one: string, older: string): boolean {
  return one.startsWith(`${older}-`);
}

function hasMany({ voters }: DirectoryAbout): boolean {
  return voters.length > 1;
}

/** Neither ends in the other by itself: each has had a majority to decide things with. */
export function areApart(one: DirectoryAbout, other: DirectoryAbout): boolean {
  if (one.directory === other.directory || !hasMany(one) || !hasMany(other)) return false;
  return !replaces(one.directory, other.directory) && !replaces(other.directory, one.directory);
}

/** Whether a directory of one voter ends in the other: the one of more voters stays, then of more members, then of the lower id. */
export function outranks(other: DirectoryAbout, own: DirectoryAbout): boolean {
  if (hasMany(other)) return true;
  const sizeOf = ({ voters, learners }: DirectoryAbout): number => voters.length + learners.length;
  if (sizeOf(other) !== sizeOf(own)) return sizeOf(other) > sizeOf(own);
  return other.directory < own.directory;
}

/**
 * The directories that all voters of the own one say they are in: it has ended, and a node that counts for nothing in it
 * goes where they went. Empty where one of them is there, or cannot be asked.
 */
export function whereVotersWent(
  { directory, voters }: DirectoryAbout,
  node: NodeId,
  aboutOf: (node: NodeId) => DirectoryAbout | undefined,
): ReadonlySet<string> {
  const went = new Set<string>();
  if (voters.includes(node)) return went;
  for (const voter of voters) {
    const said = aboutOf(voter)?.directory;
    if (said === undefined || said === directory) return new Set();
    went.add(said);
  }
  return went;
}
