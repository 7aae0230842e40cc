/** Rooms in a person's words, the same in the web app and in the terminal. */
import type { ClientNotice } from '@bothy/rooms/client-core';
import type { RoomEntry, RoomInfo, RoomPresence, RoomRole, RoomState } from '@bothy/wire';

export interface StateWords {
  /** One or two words, for a list; empty when all is well. */
  readonly short: string;
  /** What it means, and what to do; empty when all is well. */
  readonly long: string;
}

export function stateWords(state: RoomState, { administrator }: Pick<RoomInfo, 'administrator'>): StateWords {
  switch (state) {
    case 'available':
      return { short: '', long: '' };
    case 'unavailable':
      return {
        short: `${administrator} is away`,
        long: `This room lives on the node ${administrator}, which cannot be reached. You can read what was said. What you write is kept here and sent when ${administrator} is back; nothing that was acknowledged is lost.`,
      };
    case 'catchingUp':
      return {
        short: 'catching up',
        long: `${administrator} is back, and this node is getting what was said meanwhile.`,
      };
    case 'deleting':
      return {
        short: 'being deleted',
        long: 'Somebody is deleting this room. Until that is decided it takes nothing new.',
      };
    case 'deleted':
      return { short: 'deleted', long: 'This room was deleted, on all nodes and for everybody.' };
  }
}

export const presenceWords: Readonly<Record<RoomPresence, string>> = {
  online: 'here',
  away: 'away for a moment',
  offline: 'not here',
};

export const roleWords: Readonly<Record<RoomRole, string>> = {
  owner: 'owner',
  moderator: 'moderator',
  member: 'member',
  reader: 'may read',
};

/** What an entry that is no talk says; `me` is spoken to as "you". Empty for talk, and for what is seen at a message. */
export function happeningWords({ author, name, content }: RoomEntry, me: string | undefined): string {
  const who = author === me ? 'You' : author.startsWith('node:') ? `The node ${name}` : name;
  const about = (person: string, personName: string): string => (person === me ? 'you' : personName);
  const subject = (person: string, personName: string): string => (person === me ? 'You' : personName);
  switch (content.kind) {
    case 'created':
      return `${who} made this room.`;
    case 'updated': {
      if (content.roomName !== undefined) return `${who} renamed the room to ${content.roomName}.`;
      if (content.visibility === undefined) return `${who} changed what the room is about.`;
      return content.visibility === 'public'
        ? `${who} opened the room to everybody.`
        : `${who} made the room private: one needs an invitation.`;
    }
    case 'joined':
      return `${subject(content.person, content.personName)} joined.`;
    case 'left':
      return leftWords(subject(content.person, content.personName), content.person === me, content.reason);
    case 'invited':
      return `${who} invited ${about(content.person, content.personName)}.`;
    case 'role':
      return content.person === me
        ? `${who} made you ${roleNoun[content.role]}.`
        : `${who} gave somebody a role: ${roleWords[content.role]}.`;
    case 'banned': {
      const why = content.reason === undefined || content.reason === '' ? '' : `: ${content.reason}`;
      if (content.person === me) return content.on ? `${who} banned you${why}.` : `${who} lifted your ban.`;
      return content.on ? `${who} banned a member${why}.` : `${who} lifted a ban.`;
    }
    case 'unknown':
      return `${who} did something that this version does not know (${content.original}).`;
    default:
      return '';
  }
}

const roleNoun: Readonly<Record<RoomRole, string>> = {
  owner: 'an owner',
  moderator: 'a moderator',
  member: 'a member',
  reader: 'a reader',
};

function leftWords(
  who: string,
  isMe: boolean,
  reason: Extract<RoomEntry['content'], { kind: 'left' }>['reason'],
): string {
  const were = isMe ? 'were' : 'was';
  switch (reason) {
    case 'left':
      return `${who} left.`;
    case 'banned':
      return `${who} ${were} banned.`;
    case 'nodeFailed':
      return `${who} left: ${isMe ? 'your' : 'their'} node was gone for too long.`;
    case 'disconnected':
      return `${who} left: the connection was gone for too long.`;
  }
}

/** How the own connection stands; empty when all is well. */
export function connectionWords(notice: Extract<ClientNotice, { kind: 'connection' }>): string {
  const host = hostOf(notice.url);
  switch (notice.state) {
    case 'open':
      return '';
    case 'connecting':
      return `Connecting to ${host} …`;
    case 'waiting': {
      const seconds = Math.max(1, Math.round((notice.retryInMs ?? 0) / 1_000));
      return `No connection. Trying ${host} in ${seconds} s. What you write is kept and sent then.`;
    }
    case 'refused':
      return notice.reason?.message ?? 'The node does not let you in.';
    case 'stopped':
      return 'Not connected.';
  }
}

/** Without `URL`, which cores and views do without. */
function hostOf(url: string): string {
  return /^[a-z]+:\/\/([^/?#]+)/.exec(url)?.[1] ?? url;
}
