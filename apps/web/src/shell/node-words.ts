/** The state of the connection to the node, in a person's words. */
import type { PeerState } from '@bothy/peer/views';

export interface NodeWords {
  readonly tone: 'good' | 'busy' | 'away' | 'bad';
  /** Fits beside a name on a phone. */
  readonly short: string;
  readonly full: string;
}

/** A node on the same network answers within this; before it has passed nothing is said to be wrong. */
export const nodeMissedAfterMs = 3_000;

/** `nodeMissed`: enough time has passed to say that the node is not there. `roomsNode`: where rooms go on meanwhile. */
export function nodeWords(
  state: Pick<PeerState, 'signalling' | 'links' | 'refused'>,
  nodeMissed: boolean,
  roomsNode?: string,
): NodeWords {
  if (state.signalling === 'up') return { tone: 'good', short: 'Connected', full: 'Connected' };
  const refused = state.refused.get('unauthorized');
  if (refused !== undefined) return { tone: 'bad', short: 'Not let in', full: refused.message };
  if (!nodeMissed) return { tone: 'busy', short: 'Looking…', full: 'Looking for the node…' };
  const open = [...state.links.values()].some((devices) =>
    [...devices.values()].some((link) => link.state === 'open'),
  );
  if (roomsNode !== undefined) {
    const chats = open ? 'new chats wait, direct ones go on' : 'chats wait, messages are kept and sent later';
    return { tone: 'away', short: 'Rooms only', full: `Rooms go on at ${roomsNode} — ${chats}` };
  }
  const short = 'No node in reach';
  if (open) return { tone: 'away', short, full: `${short} — direct connections go on without it` };
  return { tone: 'away', short, full: `${short} — your messages are kept and sent later` };
}
