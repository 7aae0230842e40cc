/** A Raft cluster in words, for transcripts. Entries and positions are `term/index`. */
import type {
  RaftConfiguration,
  RaftEntry,
  RaftSnapshot,
  RaftWrite,
} from '../src/consensus/raft/raft-messages.ts';
import type { Message, Output, Packet } from './raft-world.ts';

export function sayEntry({ index, term, content }: RaftEntry<string>): string {
  const position = `${term}/${index}`;
  if (content.kind === 'command') return `${position} ${content.command}`;
  return content.kind === 'nothing'
    ? `${position} nothing`
    : `${position} (${sayConfiguration(content.configuration)})`;
}

export function sayConfiguration({ voters, outgoing, learners }: RaftConfiguration): string {
  const parts = [`voters ${voters.join(' ')}`.trimEnd()];
  if (outgoing.length > 0) parts.push(`outgoing ${outgoing.join(' ')}`);
  if (learners.length > 0) parts.push(`learners ${learners.join(' ')}`);
  return parts.join(', ');
}

export function sayPacket({ from, to, message }: Packet): string {
  return `${from} -> ${to}: ${sayMessage(message)}`;
}

function sayMessage(message: Message): string {
  const term = `term ${message.term}`;
  switch (message.kind) {
    case 'requestVote': {
      const kind = message.pre ? 'requestPreVote' : 'requestVote';
      const log = `log ${message.lastTerm}/${message.lastIndex}`;
      return `${kind} ${term}, ${log}${message.transfer ? ', transfer' : ''}`;
    }
    case 'vote':
      return `${message.pre ? 'preVote' : 'vote'} ${term}, ${message.granted ? 'granted' : 'refused'}`;
    case 'append': {
      const after = `after ${message.previousTerm}/${message.previousIndex}`;
      const entries = message.entries.map(sayEntry).join(', ');
      return `append ${term}, ${after}, commit ${message.commit}, round ${message.round} [${entries}]`;
    }
    case 'appended':
      return `appended ${term}, match ${message.matchIndex}, round ${message.round}`;
    case 'conflict': {
      const hint = `hint ${message.hintTerm}/${message.hintIndex}`;
      return `conflict ${term}, at ${message.previousIndex}, ${hint}, round ${message.round}`;
    }
    case 'snapshot':
      return `snapshot ${term}, ${saySnapshot(message.snapshot)}, round ${message.round}`;
    case 'timeoutNow':
      return `timeoutNow ${term}`;
  }
}

/** Undefined for what a transcript shows elsewhere, or not at all. */
export function sayOutput(output: Output): string | undefined {
  switch (output.kind) {
    case 'persist':
      return `writes ${output.writes.map(sayWrite).join('; ')}`;
    case 'apply':
      return `applies ${output.entries.map(sayEntry).join(', ')}`;
    case 'install':
      return `installs ${saySnapshot(output.snapshot)}`;
    case 'standing': {
      const { role, term, leader, configuration } = output;
      return `is ${role}, term ${term}, leader ${leader ?? '?'}, ${sayConfiguration(configuration)}`;
    }
    case 'proposed':
    case 'readable':
    case 'transferred': {
      const { kind, id, result } = output;
      if (!result.ok) return `${kind} ${id}: ${result.refusal}`;
      return `${kind} ${id}: ok${'index' in result ? ` at ${result.index}` : ''}`;
    }
    default:
      return undefined;
  }
}

function saySnapshot({ index, term, configuration, state }: RaftSnapshot<string>): string {
  return `${term}/${index} "${state}" (${sayConfiguration(configuration)})`;
}

function sayWrite(write: RaftWrite<string, string>): string {
  switch (write.kind) {
    case 'putVote':
      return `term ${write.term} vote ${write.votedFor ?? '-'}`;
    case 'putEntries':
      return `entries ${write.entries.map(sayEntry).join(', ')}`;
    case 'putSnapshot': {
      const dropped = write.dropAll ? 'all' : `through ${write.dropThrough}`;
      return `snapshot ${saySnapshot(write.snapshot)}, drops ${dropped}`;
    }
  }
}
