/** What is typed in a room's terminal: text, or a command that begins with a slash. */
import { BothyError, type RoomRole, roomRoles } from '@bothy/wire';
import { type Columns, foldedLines } from './fitted-lines.ts';

export type TypedLine =
  | { readonly kind: 'say'; readonly body: string; readonly replyTo?: number }
  | { readonly kind: 'edit'; readonly target: number; readonly body: string }
  | { readonly kind: 'react'; readonly target: number; readonly emoji: string }
  | { readonly kind: 'redact' | 'pin' | 'unpin'; readonly target: number }
  | { readonly kind: 'join' | 'create' | 'invite' | 'ban' | 'unban'; readonly name: string }
  | { readonly kind: 'role'; readonly name: string; readonly role: RoomRole }
  | { readonly kind: 'history'; readonly before: number | undefined }
  | {
      readonly kind:
        | 'members'
        | 'rooms'
        | 'leave'
        | 'delete'
        | 'cancel'
        | 'status'
        | 'help'
        | 'quit'
        | 'nothing';
    };

/** Two beside each other where there is room, which is so from 80 columns on. */
const help: readonly (readonly [string, string?])[] = [
  ['text                 is said in the room'],
  ['/rooms               all rooms', '/join <room>    go to another one'],
  ['/create <name>       make a room', '/leave          leave this one'],
  ['/members             who is here', '/history [#12]  what was said before'],
  ['/reply 12 <text>     answer #12', '/edit 12 <text> change your #12'],
  ['/react 12 👍         react to #12', '/redact 12      take #12 away'],
  ['/pin 12, /unpin 12', '/invite <name>'],
  ['/role <name> <role>  owner, moderator, member, reader'],
  ['/ban <name>, /unban <name>', '/delete         delete it for all'],
  ['/cancel              forget what failed', '/status         how you are connected'],
  ['/quit                or Ctrl-D: you stay a member'],
  ['//text               says "/text"'],
];

/** Of a terminal so wide. */
export function helpLines(columns: Columns): string[] {
  const lines = help.map(([left, right = '']) => `  ${left.padEnd(41)}${right}`.trimEnd());
  if (columns === undefined || lines.every((line) => line.length <= columns)) return lines;
  const below = help.flat().filter((each) => each !== undefined);
  return below.flatMap((each) => foldedLines(`  ${each.replace(/ {2,}/, '  ')}`, columns));
}

const plainKinds = ['members', 'rooms', 'leave', 'delete', 'cancel', 'status', 'help', 'quit'] as const;
const nameKinds = ['join', 'create', 'invite', 'ban', 'unban'] as const;
const targetKinds = ['redact', 'pin', 'unpin'] as const;

/** Throws `bad_request` with what to type instead. */
export function typedLine(line: string): TypedLine {
  if (line.trim() === '') return { kind: 'nothing' };
  if (!line.startsWith('/')) return { kind: 'say', body: line };
  if (line.startsWith('//')) return { kind: 'say', body: line.slice(1) };
  const [word = '', rest = ''] = split(line.slice(1));
  const plainKind = plainKinds.find((kind) => kind === word);
  if (plainKind !== undefined) return { kind: plainKind };
  const nameKind = nameKinds.find((kind) => kind === word);
  if (nameKind !== undefined) return { kind: nameKind, name: needed(rest, `/${word} <name>`) };
  const targetKind = targetKinds.find((kind) => kind === word);
  if (targetKind !== undefined) return { kind: targetKind, target: numberOf(rest, `/${word} 12`) };
  const [first = '', more = ''] = split(rest);
  switch (word) {
    case 'history':
      return { kind: 'history', before: rest === '' ? undefined : numberOf(rest, '/history 12') };
    case 'reply': {
      const usage = '/reply 12 <text>';
      return { kind: 'say', replyTo: numberOf(first, usage), body: needed(more, usage) };
    }
    case 'edit': {
      const usage = '/edit 12 <text>';
      return { kind: 'edit', target: numberOf(first, usage), body: needed(more, usage) };
    }
    case 'react': {
      const usage = '/react 12 👍';
      return { kind: 'react', target: numberOf(first, usage), emoji: needed(more, usage) };
    }
    case 'role': {
      const role = roomRoles.find((each) => each === more);
      if (first === '' || role === undefined) throw usageError(`/role <name> ${roomRoles.join('|')}`);
      return { kind: 'role', name: first, role };
    }
    default:
      throw new BothyError('bad_request', `/${word} is no command. /help lists them; //${word} says it.`);
  }
}

function split(text: string): [string, string] {
  const trimmed = text.trim();
  const at = trimmed.search(/\s/);
  return at < 0 ? [trimmed, ''] : [trimmed.slice(0, at), trimmed.slice(at).trim()];
}

function numberOf(text: string, usage: string): number {
  const digits = /^#?(\d{1,15})$/.exec(text.trim())?.[1];
  if (digits === undefined) throw usageError(usage);
  return Number(digits);
}

function needed(text: string, usage: string): string {
  if (text === '') throw usageError(usage);
  return text;
}

function usageError(usage: string): BothyError {
  return new BothyError('bad_request', `That needs more: ${usage}`);
}
