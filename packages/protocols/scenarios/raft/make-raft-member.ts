import { RaftMember } from '@bothy/protocols';
import type { MakeMember } from './raft-words.ts';

/** The member that the product runs. */
export const makeRaftMember: MakeMember = (options, stored, random) =>
  new RaftMember(options, stored, random);
