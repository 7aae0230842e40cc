/** The state of the connection to a contact, in a person's words. */
import type { LinkStage } from '@bothy/peer/core';
import type { LinkView } from '@bothy/peer/views';

export interface LinkSituation {
  readonly contactName: string;
  readonly online: boolean;
  readonly signalling: 'up' | 'down';
  /** Whether enough time has passed to say that the node is not there. */
  readonly nodeMissed: boolean;
  readonly link: LinkView | undefined;
}

export interface LinkWords {
  /** `good`: messages travel · `busy`: something is being tried · `away`: nothing to do · `bad`: the person may help. */
  readonly tone: 'good' | 'busy' | 'away' | 'bad';
  readonly text: string;
  /** Whether asking to try at once makes sense. */
  readonly canTry: boolean;
  /** Until the next attempt, from the moment when the link said so. */
  readonly retryInMs?: number;
}

const reached: Readonly<Record<LinkStage, string>> = {
  presence: 'seeing that their device is there',
  broker: 'the node',
  offer: 'calling their device',
  answer: "their device's answer",
  connectivity: 'looking for a network path between you',
  channel: 'a network path, but no channel on it',
  open: 'an open channel',
};

const hints: Partial<Readonly<Record<LinkStage, string>>> = {
  offer: ' Their device may be asleep.',
  connectivity: ' A firewall or a VPN may be in the way.',
};

const doing: Readonly<Record<LinkStage, string>> = {
  presence: 'Connecting…',
  broker: 'Connecting…',
  offer: 'Connecting: calling their device…',
  answer: 'Connecting: their device answers…',
  connectivity: 'Connecting: looking for a network path…',
  channel: 'Connecting: opening the channel…',
  open: 'Connecting…',
};

/** One line about how messages travel now, and whether the person can do something about it. */
export function linkWords(situation: LinkSituation): LinkWords {
  const { contactName, link } = situation;
  switch (link?.state) {
    case 'open':
      return { tone: 'good', text: 'Connected directly', canTry: false };
    case 'connecting':
      return { tone: 'busy', text: doing[link.stage], canTry: false };
    case 'retrying':
      return {
        tone: 'busy',
        text: `${contactName} could not be reached.`,
        canTry: true,
        retryInMs: link.retryInMs ?? 0,
      };
    case 'failed':
      return {
        tone: 'bad',
        text: `Could not connect: got as far as ${reached[link.stage]}.${hints[link.stage] ?? ''}`,
        canTry: true,
      };
    case 'waiting':
    case 'offline':
    case undefined:
      return withoutLink(situation);
  }
}

function withoutLink({ contactName, online, signalling, nodeMissed }: LinkSituation): LinkWords {
  if (signalling === 'down') {
    return nodeMissed
      ? { tone: 'away', text: 'No node in reach. Your messages wait here.', canTry: false }
      : { tone: 'busy', text: 'Looking for the node…', canTry: false };
  }
  if (online) return { tone: 'busy', text: 'Connecting…', canTry: false };
  return { tone: 'away', text: `${contactName} is away. Your messages wait here.`, canTry: false };
}

/** "Trying again in 4 s", counted down to "now". */
export function retryWords(remainingMs: number): string {
  const seconds = Math.ceil(remainingMs / 1000);
  return seconds <= 0 ? 'Trying again now' : `Trying again in ${seconds} s`;
}
