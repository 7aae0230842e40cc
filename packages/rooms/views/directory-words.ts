/** The replicated directory of a cluster in a person's words. */
import type { NodeId } from '@bothy/wire';

/** As `GET /api/v1/cluster` tells it. */
export interface DirectoryStanding {
  readonly state: 'ready' | 'seeking' | 'stale' | 'joining';
  readonly leader: NodeId | null;
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
  /** How many voters may be lost before nothing new is taken. */
  readonly survives: number;
  /** Empty when all is well. */
  readonly warning: string;
  readonly foreign: readonly { readonly node: NodeId }[];
}

export interface DirectoryWords {
  readonly tone: 'good' | 'away' | 'bad';
  /** One sentence on how it stands. */
  readonly state: string;
  /** What a person should know beside it; may be empty. */
  readonly notes: readonly string[];
}

export function directoryWords(directory: DirectoryStanding): DirectoryWords {
  const { state, warning, foreign, learners } = directory;
  const notes = [
    warning,
    learners.length === 0
      ? ''
      : `${listed(learners)} ${learners.length === 1 ? 'keeps a copy and does' : 'keep copies and do'} not decide.`,
    ...foreign.map(
      ({ node }) => `${node} has another directory, which cannot be joined with this one by itself.`,
    ),
  ].filter((note) => note !== '');
  const tone = state === 'ready' ? (warning === '' ? 'good' : 'away') : state === 'stale' ? 'bad' : 'away';
  return { tone, state: stateSentence(directory), notes };
}

function stateSentence({ state, leader, voters, survives }: DirectoryStanding): string {
  switch (state) {
    case 'ready': {
      if (voters.length === 1) return `${listed(voters)} alone says who has which name, room and edge.`;
      const loss = survives === 1 ? 'one of them may be lost' : `${survives} of them may be lost`;
      const leads = leader === null ? '' : `, ${leader} leads`;
      return `${listed(voters)} agree on names, rooms and edges${leads}${survives === 0 ? '' : `; ${loss}`}.`;
    }
    case 'seeking':
      return voters.length === 1
        ? `${listed(voters)} decides, and does not answer yet.`
        : `${listed(voters)} are choosing who leads.`;
    case 'stale':
      return `${voters.length === 1 ? `${listed(voters)} decides, and` : `Most of ${listed(voters)}`} cannot be reached. What is shown may be old; new names and rooms are refused.`;
    case 'joining':
      return 'What this node knows is being joined with what the others do.';
  }
}

function listed(nodes: readonly string[]): string {
  return nodes.length < 2 ? nodes.join() : `${nodes.slice(0, -1).join(', ')} and ${nodes.at(-1)}`;
}
