/** What nodes say about the replicated directory, as `bothy.cluster.v1` has it. */
import type { RaftEntry, RaftSnapshot } from '@bothy/protocols';
import type { DirectoryCommand, DirectoryContent } from '../directory/directory-command.ts';
import type { DirectoryMessage } from '../directory/directory-message.ts';
import { directoryCommandText, directoryContentText } from '../schemas/directory-schema.ts';
import type * as pb from './gen/cluster.ts';

type Kind = NonNullable<pb.Replicated['kind']>;
type RaftKind = NonNullable<pb.Raft['kind']>;
type Raft = Extract<DirectoryMessage, { readonly kind: 'raft' }>['message'];

export function directoryToProto(message: DirectoryMessage): pb.Replicated {
  return { kind: kindOf(message) };
}

function kindOf(message: DirectoryMessage): Kind {
  switch (message.kind) {
    case 'about': {
      const { leader, ...about } = message.about;
      return { $case: 'about', value: { ...about, leader: leader ?? '' } };
    }
    case 'raft':
      return { $case: 'raft', value: { directory: message.directory, kind: raftToProto(message.message) } };
    case 'ask': {
      const { directory, id, command } = message;
      return { $case: 'ask', value: { directory, id, commandJson: directoryCommandText(command) } };
    }
    case 'answer': {
      const { id, index, result } = message;
      return { $case: 'answer', value: { id, index, resultJson: JSON.stringify(result) } };
    }
    case 'refuse':
      return { $case: 'refuse', value: { id: message.id, leader: message.leader ?? '' } };
    case 'enrol': {
      const { directory, id, from, content } = message;
      return { $case: 'enrol', value: { directory, id, from, contentJson: directoryContentText(content) } };
    }
    case 'enrolled': {
      const { kind, ...value } = message;
      return { $case: kind, value };
    }
    case 'askRead': {
      const { kind, ...value } = message;
      return { $case: kind, value };
    }
  }
}

function raftToProto(message: Raft): RaftKind {
  switch (message.kind) {
    case 'append': {
      const { kind, entries, ...value } = message;
      return { $case: kind, value: { ...value, entries: entries.map(entryToProto) } };
    }
    case 'snapshot': {
      const { kind, term, round, snapshot } = message;
      return { $case: kind, value: { term, round, snapshot: snapshotToProto(snapshot) } };
    }
    default: {
      const { kind, ...value } = message;
      // Kinds and fields have the same names on both sides.
      return { $case: kind, value } as RaftKind;
    }
  }
}

function entryToProto({ index, term, content }: RaftEntry<DirectoryCommand>): pb.RaftEntry {
  switch (content.kind) {
    case 'command':
      return { index, term, content: { $case: 'commandJson', value: directoryCommandText(content.command) } };
    case 'configuration':
      return { index, term, content: { $case: 'configuration', value: content.configuration } };
    case 'nothing':
      return { index, term, content: { $case: 'nothing', value: {} } };
  }
}

function snapshotToProto({ state, ...rest }: RaftSnapshot<DirectoryContent>): pb.RaftSnapshot {
  return { ...rest, contentJson: directoryContentText(state) };
}
