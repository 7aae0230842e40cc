/** What is said in rooms as lines: for people, and as JSON for programs. */
import type { ClientNotice } from '@bothy/rooms/client-core';
import {
  connectionWords,
  happeningWords,
  memberSections,
  presenceWords,
  roleWords,
  stateWords,
} from '@bothy/rooms/views';
import type { RoomAnswers, RoomEntry, RoomInfo, RoomMember } from '@bothy/wire';
import { flatEntry } from '@bothy/wire';

/** What others wrote cannot move the cursor, ring the bell, or turn the text around. */
export function plain(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu, '�');
}

function clock(atMs: number): string {
  const at = new Date(atMs);
  const two = (part: number): string => `${part}`.padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** One entry; empty for what a line cannot show. `#12` is its `seq`, which commands name it by. */
export function entryLine(entry: RoomEntry, me: string | undefined): string {
  const { seq, name, sentAt, content } = entry;
  const head = `#${seq} ${clock(sentAt)} `;
  switch (content.kind) {
    case 'message': {
      if (content.body === null) return `${head}${plain(name)}: (taken away)`;
      const reply = content.replyTo === undefined ? '' : `(to #${content.replyTo}) `;
      const files = (content.attachments ?? []).map((file) => ` [${plain(file.name)}]`).join('');
      const body = plain(content.body).replaceAll('\n', '\n      ');
      return `${head}${plain(name)}: ${reply}${body}${files}`;
    }
    case 'edit':
      return `${head}${plain(name)} changed #${content.target} to: ${plain(content.body ?? '')}`;
    case 'redact':
      return `${head}${plain(name)} took #${content.target} away`;
    case 'react':
      return content.on ? `${head}${plain(name)} ${plain(content.emoji)} #${content.target}` : '';
    case 'pin':
      return `${head}${plain(name)} ${content.on ? 'pinned' : 'unpinned'} #${content.target}`;
    default:
      return `${head}${plain(happeningWords(entry, me))}`;
  }
}

export function entryJson(room: string, entry: RoomEntry): string {
  return JSON.stringify({ kind: 'message', room, ...flatEntry(entry) });
}

/** A notice for people; empty for what is shown otherwise. */
export function noticeLine(notice: ClientNotice, info: RoomInfo | undefined): string {
  switch (notice.kind) {
    case 'connection':
      return connectionWords(notice);
    case 'gap':
      return `(#${notice.from} to #${notice.to} are left out: /history ${notice.to + 1} shows what is before)`;
    case 'reset':
      return `(what was shown after #${notice.commonSeq} is not in the room: its log is another one)`;
    case 'state':
      if (notice.state === 'available') return 'The room is there again.';
      return info === undefined ? plain(notice.reason) : stateWords(notice.state, info).long;
    case 'out':
      return plain(notice.message);
    case 'message': {
      const { failure, body } = notice.message;
      return failure === undefined ? '' : `Not sent: ${plain(body)}\n  ${plain(failure.message)}`;
    }
    default:
      return '';
  }
}

export function roomLines({ rooms, unreachable }: RoomAnswers['list']): string[] {
  const lines = [...rooms]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((room) => {
      const state = stateWords(room.state, room).short;
      const about = [
        room.memberCount === 1 ? '1 member' : `${room.memberCount} members`,
        `on ${room.administrator}`,
        ...(room.visibility === 'private' ? ['private'] : []),
        ...(state === '' ? [] : [state]),
      ].join(', ');
      return `${room.id}  ${plain(room.name)} (${about})`;
    });
  if (lines.length === 0) lines.push('There are no rooms yet. bothy rooms create <name> makes one.');
  for (const node of unreachable) lines.push(`${node} cannot be reached; its rooms may be missing here.`);
  return lines;
}

export function memberLines(members: readonly RoomMember[]): string[] {
  return memberSections(members).flatMap(({ presence, members: some }) =>
    some.map(({ name, role, verified }) => {
      const more = [
        presenceWords[presence],
        ...(role === 'member' ? [] : [roleWords[role]]),
        ...(verified ? [] : ['guest']),
      ];
      return `  ${plain(name)} (${more.join(', ')})`;
    }),
  );
}
