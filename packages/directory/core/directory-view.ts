/** How the directory stands, in words for people. */
import type { NodeId } from '@bothy/wire';
import { timing } from './config.ts';
import type { DirectoryView } from './directory-messages.ts';
import type { Neighbours } from './neighbours.ts';
import { areApart } from './rank.ts';
import type { Replica } from './replica.ts';

const roles = {
  leader: 'leader',
  follower: 'follower',
  preCandidate: 'candidate',
  candidate: 'candidate',
} as const;

export interface Standing {
  readonly node: NodeId;
  readonly replica: Replica;
  readonly neighbours: Neighbours;
  readonly isYielding: boolean;
  /** Without a leader that can be asked for so long. */
  readonly leaderlessMs: number;
}

export function viewOf(standing: Standing): DirectoryView {
  const { node, replica, neighbours } = standing;
  const { directory, term, leader } = replica.about;
  const { voters, learners } = replica.deciding;
  const foreign = neighbours.all.flatMap((other) => {
    const about = neighbours.aboutOf(other);
    return about !== undefined && areApart(about, replica.about)
      ? [{ node: other, directory: about.directory }]
      : [];
  });
  const state = stateOf(standing);
  return {
    directory,
    role: voters.includes(node) ? roles[replica.raft.role] : 'learner',
    leader,
    term,
    voters,
    learners,
    state,
    survives: replica.survives,
    warning: warningOf(standing, state, foreign[0]?.node),
    applied: replica.raft.commit,
    foreign,
  };
}

function stateOf({ node, replica, neighbours, isYielding, leaderlessMs }: Standing): DirectoryView['state'] {
  if (isYielding) return 'joining';
  const { leader } = replica.raft;
  const canAsk = leader === node || (leader !== null && neighbours.has(leader));
  if (!canAsk && leaderlessMs >= timing.staleAfterMs) return 'stale';
  if (replica.isCatchingUp) return 'joining';
  return canAsk ? 'ready' : 'seeking';
}

function warningOf(
  { node, replica, neighbours }: Standing,
  state: DirectoryView['state'],
  foreign: NodeId | undefined,
): string {
  const { voters, learners } = replica.deciding;
  if (state === 'stale') {
    const away = voters.filter((voter) => voter !== node && !neighbours.has(voter));
    return `Names, rooms and homes of edges cannot be changed: ${whoIs(away)} away, and ${whoDecides(voters)}.`;
  }
  if (foreign !== undefined)
    return `${foreign} belongs to another cluster, with a directory of its own; the two cannot become one by themselves.`;
  const old = whoCannotRead(replica, neighbours);
  if (old !== undefined)
    return `${old} runs an earlier version of Bothy, which cannot read all that this directory holds: it takes no part until it is updated.`;
  const [only] = voters;
  if (voters.length === 1 && only !== undefined && learners.length === 1)
    return `Without ${only} no new name, room or edge can be taken: of two nodes one decides. With a third node any one may be lost.`;
  if (voters.length === 1 && learners.length > 1)
    return `Without ${only} no new name, room or edge can be taken until the others have caught up; that takes some seconds.`;
  return '';
}

/** It is not taken in or, if it is a member that was away, stands still: its own version cannot say why. */
function whoCannotRead(replica: Replica, neighbours: Neighbours): NodeId | undefined {
  return neighbours.all.find((node) => {
    const about = neighbours.aboutOf(node);
    return about !== undefined && about.level < replica.level;
  });
}

function whoIs(nodes: readonly NodeId[]): string {
  if (nodes.length === 0) return 'the leader is';
  return `${nodes.join(', ')} ${nodes.length === 1 ? 'is' : 'are'}`;
}

function whoDecides(voters: readonly NodeId[]): string {
  return voters.length === 1 ? 'nobody else decides on them' : `most of ${voters.join(', ')} have to agree`;
}

/** Why a command waits in vain. */
export function whyUnavailable({ state, voters }: DirectoryView): string {
  if (state === 'joining')
    return 'This node is joining the directory of another one. Try again in a few seconds.';
  if (voters.length === 0)
    return 'This node has not heard from the directory that it joined. Try again in a moment.';
  const why =
    voters.length === 1
      ? `${voters[0]} has to agree, and does not answer. Try again when it is back.`
      : `most of ${voters.join(', ')} have to agree, and too few answer. Try again when they are back.`;
  return `Names, rooms and edges cannot be changed now: ${why}`;
}
