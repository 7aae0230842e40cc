/**
 * What a version knows of the directory. A command or a content that a node cannot read must not be passed over by it,
 * for then two nodes with the same log would know different things. So it refuses it and stands still, until it is
 * updated; and whoever knows more gives it nothing of the kind while it is seen.
 *
 *   0  names, rooms, homes of edges
 *   1  keys that are kept out
 */
import type { DirectoryCommand, DirectoryContent } from './directory-command.ts';

/** Of this version. */
export const directoryLevel = 1;

/** What a node has to know to carry it out. */
export function levelOfCommand(command: DirectoryCommand): number {
  if (command.kind === 'keepOut' || command.kind === 'letIn') return 1;
  return command.kind === 'takeIn' ? levelOfContent(command.content) : 0;
}

export function levelOfContent({ keys = [] }: DirectoryContent): number {
  return keys.length > 0 ? 1 : 0;
}
