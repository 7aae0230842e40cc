/** What happens in rooms and to them, in a person's words. */
import type { ConnectionState } from '@bothy/rooms/client-core';
import type {
  Author,
  DeletionOutcome,
  RoomEntry,
  RoomInfo,
  RoomPresence,
  RoomRole,
  RoomState,
} from '@bothy/wire';

export const roleWords: Readonly<Record<RoomRole, string>> = {
  owner: 'Owner',
  moderator: 'Moderator',
  member: 'Member',
  reader: 'Reads only',
};

export const presenceWords: Readonly<Record<RoomPresence, string>> = {
  online: 'Here now',
  away: 'Away',
  offline: 'Not here',
};

/** One line for consecutive events: joins and leaves together, the rest one after the other. */
export function eventWords(events: readonly RoomEntry[], me: Author | undefined): string {
  const joined = new Set<string>();
  const left = new Set<string>();
  const others: string[] = [];
  const makers = new Set(
    events.flatMap(({ author, content }) => (content.kind === 'created' ? [author] : [])),
  );
  for (const entry of events) {
    const { content } = entry;
    // Whoever makes a room is in it.
    if (content.kind === 'joined' && makers.has(content.person)) continue;
    if (content.kind === 'joined') {
      const name = nameFor(content.person, content.personName, me);
      left.delete(name);
      joined.add(name);
    } else if (content.kind === 'left' && content.reason !== 'banned') {
      const name = nameFor(content.person, content.personName, me);
      // Who came and went between two messages has changed nothing.
      if (!joined.delete(name)) left.add(name);
    } else others.push(...oneEvent(entry, me));
  }
  const lines = [
    ...others,
    ...(joined.size > 0 ? [`${listed(youFirst(joined))} joined`] : []),
    ...(left.size > 0 ? [`${listed(youFirst(left))} left`] : []),
  ];
  return lines.length === 0 ? 'Somebody looked in' : lines.join(' · ');
}

function oneEvent({ author, name, content }: RoomEntry, me: Author | undefined): readonly string[] {
  const who = nameFor(author, name, me);
  switch (content.kind) {
    case 'created':
      return [`${author.startsWith('node:') ? `The node ${name}` : who} made this room`];
    case 'updated': {
      const changes = [
        ...(content.roomName === undefined ? [] : [`named the room “${content.roomName}”`]),
        ...(content.description === undefined ? [] : ['changed the description']),
        ...(content.visibility === undefined
          ? []
          : [content.visibility === 'public' ? 'opened it to everybody' : 'made it by invitation only']),
      ];
      return changes.length === 0 ? [] : [`${who} ${listed(changes)}`];
    }
    case 'invited':
      return [`${who} invited ${nameFor(content.person, content.personName, me)}`];
    case 'left':
      return [`${nameFor(content.person, content.personName, me)} had to leave`];
    case 'role':
      return [`${who} gave a role: ${roleWords[content.role].toLowerCase()}`];
    case 'banned':
      return [content.on ? `${who} banned somebody${because(content.reason)}` : `${who} lifted a ban`];
    case 'pin':
      return [content.on ? `${who} pinned a message` : `${who} unpinned a message`];
    default:
      return [];
  }
}

function youFirst(names: ReadonlySet<string>): readonly string[] {
  return [...names].sort((one, other) => Number(other === 'You') - Number(one === 'You'));
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason}`;
}

function nameFor(person: string, name: string, me: Author | undefined): string {
  return person === me ? 'You' : name;
}

/** "ada, ben and cy"; beyond three, how many more. */
export function listed(names: readonly string[]): string {
  if (names.length <= 1) return names.join('');
  const shown = names.length > 3 ? names.slice(0, 2) : names.slice(0, -1);
  const rest = names.length > 3 ? `${names.length - 2} others` : names.at(-1);
  return `${shown.join(', ')} and ${rest}`;
}

export interface Banner {
  readonly tone: 'busy' | 'away' | 'bad';
  readonly title: string;
  /** What happens to what one writes. */
  readonly about: string;
}

/** What stands above a room that cannot be used as usual; undefined when it can. */
export function roomBanner(
  room: Pick<RoomInfo, 'administrator'>,
  state: RoomState,
  connection: ConnectionState,
  trouble = 'What you write is kept in this browser.',
): Banner | undefined {
  if (connection === 'refused') {
    return {
      tone: 'bad',
      title: 'The node does not let you in',
      about: trouble,
    };
  }
  if (connection !== 'open') {
    const about = 'You can go on writing: your messages wait here and are sent as soon as a node answers.';
    return { tone: 'away', title: 'No node in reach', about };
  }
  const { administrator } = room;
  switch (state) {
    case 'available':
    case 'deleted':
      return undefined;
    case 'unavailable':
      return {
        tone: 'away',
        title: `${administrator} cannot be reached`,
        about: `That node keeps this room. What is here can be read; what you write waits, and is sent when ${administrator} is back.`,
      };
    case 'catchingUp':
      return { tone: 'busy', title: 'Catching up', about: 'Messages that were missed are on their way.' };
    case 'deleting':
      return {
        tone: 'away',
        title: 'This room is being deleted',
        about: 'The nodes are asked whether they agree. Until that is decided nothing can be written.',
      };
  }
}

const voteWords = { ready: 'agrees', abort: 'refuses', silent: 'did not answer' } as const;

/** One line per node that was asked. */
export function voteLines(
  outcome: DeletionOutcome,
): readonly { node: string; words: string; good: boolean }[] {
  return Object.entries(outcome.votes).map(([node, vote]) => {
    const waits = vote === 'ready' && outcome.outcome !== 'aborted' && outcome.pending.includes(node);
    return {
      node,
      words: waits ? 'agrees, and has still to carry it out' : voteWords[vote],
      good: vote === 'ready',
    };
  });
}

export function outcomeWords({ outcome, pending, reason }: DeletionOutcome): string {
  switch (outcome) {
    case 'committed':
      return 'Deleted on every node.';
    case 'aborted':
      return `Not deleted; the room goes on as before.${reason === undefined ? '' : ` ${reason}`}`;
    case 'pending':
      return `Deleted for good. ${listed(pending)} will carry it out as soon as ${pending.length === 1 ? 'it is' : 'they are'} in reach.`;
  }
}

export function memberCountWords(count: number): string {
  return count === 1 ? '1 member' : `${count} members`;
}

/** How a room in the list stands, beside how many are in it. */
export const roomStateWords: Readonly<Record<RoomState, string | undefined>> = {
  available: undefined,
  unavailable: 'its node is not in reach',
  catchingUp: 'catching up',
  deleting: 'being deleted',
  deleted: 'deleted',
};
