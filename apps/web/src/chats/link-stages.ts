/** The stages by which a link is made, for a person who asks where it is or why it is not there. */
import type { LinkStage } from '@bothy/peer/core';
import type { LinkView } from '@bothy/peer/views';

/** `done` · `now`: under way, or waited for · `failed`: got no further · `ahead`: not tried yet. */
export type StepState = 'done' | 'now' | 'failed' | 'ahead';

export interface LinkStep {
  readonly stage: LinkStage;
  readonly text: string;
  readonly state: StepState;
  /** What may help, where it failed. */
  readonly hint: string | undefined;
}

const stages: readonly Exclude<LinkStage, 'open'>[] = [
  'presence',
  'broker',
  'offer',
  'answer',
  'connectivity',
  'channel',
];

/** Once it is done, while it is under way or waited for, and when it got no further. */
const texts: Readonly<
  Record<Exclude<LinkStage, 'open'>, readonly [done: string, now: string, failed: string]>
> = {
  presence: ['Their device is there', 'Waiting for their device', 'Their device went away'],
  broker: ['The node introduces you', 'Waiting for the node', 'The node is not in reach'],
  offer: ['Their device is called', 'Calling their device', 'Their device could not be called'],
  answer: ['Their device answers', 'Waiting for its answer', 'Their device did not answer'],
  connectivity: ['A network path between you', 'Looking for a network path', 'No network path was found'],
  channel: ['A channel on that path', 'Opening a channel', 'No channel could be opened'],
};

const hints: Partial<Readonly<Record<LinkStage, string>>> = {
  presence: 'They have Bothy closed, or their device has no network.',
  broker: 'The node is not in reach. Check your network, and that the node runs.',
  offer: 'Their device may be asleep.',
  answer: 'Their device may be asleep, or Bothy stopped there.',
  connectivity: 'A firewall, a VPN or a network that keeps devices apart may be in the way.',
  channel: 'Something on the path lets some traffic through and not this.',
};

/** Every stage and how it stands. Without a link their device has not been seen. */
export function linkSteps(link: LinkView | undefined): readonly LinkStep[] {
  const at = stageIndex(link);
  return stages.map((stage, index) => {
    const state = index < at ? 'done' : index > at ? 'ahead' : stateAt(link);
    const stuck = state === 'failed' || (state === 'now' && link?.state !== 'connecting');
    const [done, now, failed] = texts[stage];
    const text = state === 'now' ? now : state === 'failed' ? failed : done;
    return { stage, text, state, hint: stuck ? hints[stage] : undefined };
  });
}

/** How long something has stood, in words: "less than a minute", "4 minutes", "2 hours", "3 days". */
export function lastingWords(lastingMs: number): string {
  const minutes = Math.floor(lastingMs / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return counted(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? counted(hours, 'hour') : counted(Math.floor(hours / 24), 'day');
}

function stageIndex(link: LinkView | undefined): number {
  if (link === undefined || link.state === 'offline') return 0;
  if (link.state === 'waiting') return 1;
  return link.state === 'open' || link.stage === 'open' ? stages.length : stages.indexOf(link.stage);
}

function stateAt(link: LinkView | undefined): StepState {
  return link?.state === 'failed' || link?.state === 'retrying' ? 'failed' : 'now';
}

export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
