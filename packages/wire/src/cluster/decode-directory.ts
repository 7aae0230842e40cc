/**
 * What another node says about the replicated directory, checked. An entry of a kind that is not known here makes the
 * whole message be refused: taken for nothing, it would make two nodes differ that have the same log.
 */
import type { RaftEntry, RaftSnapshot } from '@bothy/protocols';
import * as z from 'zod/mini';
import type { DirectoryCommand, DirectoryContent } from '../directory/directory-command.ts';
import type { DirectoryMessage } from '../directory/directory-message.ts';
import {
  directoryId,
  parseDirectoryCommand,
  parseDirectoryContent,
  parseDirectoryResult,
} from '../schemas/directory-schema.ts';
import type { Parsed } from '../schemas/parse.ts';
import { count, nodeId, seq } from '../schemas/room-parts.ts';
import { check } from './check.ts';
import type * as pb from './gen/cluster.ts';
import type { LinkMessage } from './link-message.ts';
import { questionId } from './node-schemas.ts';

type Raft = Extract<DirectoryMessage, { readonly kind: 'raft' }>['message'];
type Kind = NonNullable<pb.Replicated['kind']>;

/** Entries of one message: as many as a leader sends at once, generously. */
const maxEntries = 10_000;
const members = z.array(nodeId).check(z.maxLength(256));
const leader = z.union([nodeId, z.literal('')]);
const configuration = z.object({ voters: members, outgoing: members, learners: members });
const about = z.object({
  directory: directoryId,
  term: count,
  leader,
  voters: members,
  learners: members,
  level: count,
});
const asking = z.object({ directory: directoryId, id: questionId });
const enrolHead = z.object({ directory: directoryId, id: questionId, from: directoryId });
const enrolled = z.object({ directory: directoryId, id: questionId, index: count });
const head = { term: count, round: count };

/** Those without entries, which are as they are on the wire. */
const plainRaft = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('requestVote'),
    term: count,
    pre: z.boolean(),
    transfer: z.boolean(),
    lastIndex: count,
    lastTerm: count,
  }),
  z.object({ kind: z.literal('vote'), term: count, pre: z.boolean(), granted: z.boolean() }),
  z.object({ kind: z.literal('appended'), ...head, matchIndex: count }),
  z.object({
    kind: z.literal('conflict'),
    ...head,
    previousIndex: count,
    hintIndex: count,
    hintTerm: count,
  }),
  z.object({ kind: z.literal('timeoutNow'), term: count }),
]);
const appendHead = z.object({ ...head, previousIndex: count, previousTerm: count, commit: count });
const entryHead = z.object({ index: seq, term: count });
const snapshotHead = z.object({ index: count, term: count, configuration });

export function directoryMessage({ kind }: pb.Replicated): Parsed<LinkMessage> {
  if (kind === undefined) return { ok: false, reason: 'it says nothing that is known here' };
  const message = messageOf(kind);
  return message.ok ? { ok: true, value: { kind: 'replicated', message: message.value } } : message;
}

function messageOf(kind: Kind): Parsed<DirectoryMessage> {
  switch (kind.$case) {
    case 'about': {
      const told = check(about, kind.value, 'about');
      if (!told.ok) return told;
      return good({ kind: 'about', about: { ...told.value, leader: told.value.leader || null } });
    }
    case 'raft': {
      const directory = check(directoryId, kind.value.directory, 'directory');
      if (!directory.ok) return directory;
      const message = raftOf(kind.value.kind);
      return message.ok
        ? good({ kind: 'raft', directory: directory.value, message: message.value })
        : message;
    }
    case 'ask': {
      const asked = check(asking, kind.value, 'ask');
      const command = parseDirectoryCommand(kind.value.commandJson);
      if (!asked.ok) return asked;
      return command.ok ? good({ kind: 'ask', ...asked.value, command: command.value }) : command;
    }
    case 'answer': {
      const answer = check(z.object({ id: questionId, index: count }), kind.value, 'answer');
      const result = parseDirectoryResult(kind.value.resultJson);
      if (!answer.ok) return answer;
      return result.ok ? good({ kind: 'answer', ...answer.value, result: result.value }) : result;
    }
    case 'refuse': {
      const refused = check(z.object({ id: questionId, leader }), kind.value, 'refuse');
      if (!refused.ok) return refused;
      return good({ kind: 'refuse', id: refused.value.id, leader: refused.value.leader || null });
    }
    case 'enrol': {
      const enrol = check(enrolHead, kind.value, 'enrol');
      const content = parseDirectoryContent(kind.value.contentJson);
      if (!enrol.ok) return enrol;
      return content.ok ? good({ kind: 'enrol', ...enrol.value, content: content.value }) : content;
    }
    case 'enrolled': {
      const told = check(enrolled, kind.value, 'enrolled');
      return told.ok ? good({ kind: 'enrolled', ...told.value }) : told;
    }
    case 'askRead': {
      const asked = check(asking, kind.value, 'askRead');
      return asked.ok ? good({ kind: 'askRead', ...asked.value }) : asked;
    }
  }
}

function raftOf(kind: pb.Raft['kind']): Parsed<Raft> {
  if (kind === undefined) return { ok: false, reason: 'raft says nothing that is known here' };
  switch (kind.$case) {
    case 'append': {
      const append = check(appendHead, kind.value, 'append');
      if (!append.ok) return append;
      const entries = entriesOf(kind.value.entries);
      return entries.ok ? good({ kind: 'append', ...append.value, entries: entries.value }) : entries;
    }
    case 'snapshot': {
      const told = check(z.object(head), kind.value, 'snapshot');
      if (!told.ok) return told;
      const snapshot = snapshotOf(kind.value.snapshot);
      return snapshot.ok ? good({ kind: 'snapshot', ...told.value, snapshot: snapshot.value }) : snapshot;
    }
    default:
      return check(plainRaft, { ...kind.value, kind: kind.$case }, kind.$case);
  }
}

function entriesOf(sent: readonly pb.RaftEntry[]): Parsed<readonly RaftEntry<DirectoryCommand>[]> {
  if (sent.length > maxEntries) return { ok: false, reason: 'more entries than one message may have' };
  const entries: RaftEntry<DirectoryCommand>[] = [];
  for (const each of sent) {
    const entry = entryOf(each);
    if (!entry.ok) return entry;
    entries.push(entry.value);
  }
  return { ok: true, value: entries };
}

function entryOf({ content, ...rest }: pb.RaftEntry): Parsed<RaftEntry<DirectoryCommand>> {
  const entry = check(entryHead, rest, 'entry');
  if (!entry.ok) return entry;
  switch (content?.$case) {
    case undefined:
      return { ok: false, reason: 'an entry says nothing that is known here' };
    case 'nothing':
      return good({ ...entry.value, content: { kind: 'nothing' } });
    case 'configuration': {
      const who = check(configuration, content.value, 'configuration');
      if (!who.ok) return who;
      return good({ ...entry.value, content: { kind: 'configuration', configuration: who.value } });
    }
    case 'commandJson': {
      const command = parseDirectoryCommand(content.value);
      if (!command.ok) return command;
      return good({ ...entry.value, content: { kind: 'command', command: command.value } });
    }
  }
}

function snapshotOf(sent: pb.RaftSnapshot | undefined): Parsed<RaftSnapshot<DirectoryContent>> {
  const snapshot = check(snapshotHead, sent, 'snapshot');
  if (!snapshot.ok) return snapshot;
  const state = parseDirectoryContent(sent?.contentJson ?? '');
  return state.ok ? good({ ...snapshot.value, state: state.value }) : state;
}

function good<T>(value: T): Parsed<T> {
  return { ok: true, value };
}
