/** Writes of a directory, for stores: whatever Raft may ask for, in an order that it may come in. */
import type { RaftConfiguration, RaftEntry } from '@bothy/protocols';
import type { DirectoryCommand, DirectoryContent } from '@bothy/wire';
import type { DirectoryWrite } from '../../../core/directory-messages.ts';

export const configuration: RaftConfiguration = { voters: ['a', 'b'], outgoing: [], learners: ['c'] };

export function entry(index: number, term = 1): RaftEntry<DirectoryCommand> {
  const at = { ms: index, counter: 0 };
  const command = { kind: 'claimName', name: `name-${index}`, person: 'ann', at, node: 'a' } as const;
  if (index % 5 === 0) return { index, term, content: { kind: 'nothing' } };
  if (index % 7 === 0) return { index, term, content: { kind: 'configuration', configuration } };
  return { index, term, content: { kind: 'command', command } };
}

export function entries(from: number, to: number, term = 1): RaftEntry<DirectoryCommand>[] {
  return Array.from({ length: to - from + 1 }, (_, at) => entry(from + at, term));
}

export function content(upTo: number): DirectoryContent {
  const claim = { person: 'ann', claimed: { at: { ms: upTo, counter: 0 }, node: 'a' }, sure: true };
  const told = { names: [{ name: 'storm', claims: [claim] }], rooms: [], buried: [], homes: [] };
  const key = { person: 'ben', name: 'ben', isOut: true, epoch: 1, by: 'ann', atMs: upTo };
  return upTo % 2 === 0 ? { ...told, keys: [key] } : told;
}

export function putSnapshot(index: number, dropThrough: number, dropAll = false): DirectoryWrite {
  const snapshot = { index, term: 1, configuration, state: content(index) };
  return { kind: 'putSnapshot', snapshot, dropThrough, dropAll };
}
