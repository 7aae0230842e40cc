/** What a command writes into the log of its room. */
import type { Author, OrderedCommand, RoomActor, RoomContent } from '@bothy/wire';
import type { RoomFinding } from './records.ts';
import { withoutBody } from './redactions.ts';

/** What an entry is made of, before it has a place. */
export interface Draft {
  readonly author: Author;
  readonly name: string;
  readonly key: string;
  readonly content: RoomContent;
}

/** What the log knows that a command is about. */
export type Check = Extract<RoomFinding, { kind: 'check' }>;

/** Commands that become entries, each under an id of its author's. */
export type EntryCommand = Extract<OrderedCommand, { requestId: string } | { messageId: string }>;

export function isEntryCommand(command: OrderedCommand): command is EntryCommand {
  return 'requestId' in command || 'messageId' in command;
}

export function keyOf(command: EntryCommand): string {
  return command.kind === 'send' ? command.messageId : command.requestId;
}

/** What the entry of a command says. */
export function contentOf(command: EntryCommand): RoomContent {
  switch (command.kind) {
    case 'send': {
      const { body, replyTo, attachments } = command;
      const reply = replyTo === undefined ? {} : { replyTo };
      const files = attachments === undefined || attachments.length === 0 ? {} : { attachments };
      return { kind: 'message', body, ...reply, ...files };
    }
    case 'edit':
      return { kind: 'edit', target: command.target, body: command.body };
    case 'react':
      return { kind: 'react', target: command.target, emoji: command.emoji, on: command.on };
    case 'redact':
      return { kind: 'redact', target: command.target, ...reasonOf(command) };
    case 'pin':
      return { kind: 'pin', target: command.target, on: command.on };
    case 'invite':
      return { kind: 'invited', person: command.person, personName: command.personName };
    case 'setRole':
      return { kind: 'role', person: command.person, role: command.role };
    case 'ban':
      return { kind: 'banned', person: command.person, on: command.on, ...reasonOf(command) };
    case 'update': {
      const { name, description, visibility } = command;
      const words = name === undefined ? {} : { roomName: name };
      const more = description === undefined ? {} : { description };
      return { kind: 'updated', ...words, ...more, ...(visibility === undefined ? {} : { visibility }) };
    }
    case 'join':
    case 'delete':
      return { kind: 'joined', person: '', personName: '', role: 'member' };
    case 'leave':
      return { kind: 'left', person: '', personName: '', reason: 'left' };
  }
}

/** Joining and leaving are about the actor. */
export function joinContent(content: RoomContent, { person, name }: RoomActor): RoomContent {
  const isAboutActor = (content.kind === 'joined' || content.kind === 'left') && content.person === '';
  return isAboutActor ? { ...content, person, personName: name } : content;
}

function reasonOf({ reason }: { readonly reason?: string }): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}

/** Equal but for a body and files that have been forgotten meanwhile, and a name that has changed. */
export function isSameContent(known: RoomContent, asked: RoomContent): boolean {
  const plain = (content: RoomContent): string => JSON.stringify({ ...content, personName: '' });
  if (plain(known) === plain(asked)) return true;
  const isForgotten = (known.kind === 'message' || known.kind === 'edit') && known.body === null;
  return isForgotten && known.kind === asked.kind && plain(withoutBody(asked)) === plain(known);
}
