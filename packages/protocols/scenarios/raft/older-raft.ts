/**
 * Raft as it was before pre-vote and check-quorum. Each is taken from a member by lying to it, for the production core
 * carries no switches.
 */
import type { Now } from '@bothy/protocols';
import { makeRaftMember } from './make-raft-member.ts';
import type { Input, MakeMember, Output, RaftCore } from './raft-words.ts';

/** As Raft was before chapter 9.6 of the thesis: nobody is asked first, and a later term is always heard. */
export const withoutPreVote: MakeMember = (options, stored, random) => {
  const core = makeRaftMember(options, stored, random);
  const step = (input: Input, now: Now): readonly Output[] => {
    const outputs = core.step(input, now);
    const asks = outputs.some((output) => isRequest(output, true));
    if (!asks) return outputs.map(heardAlways);
    // The others would: it becomes a candidate at once, whether they would or not.
    const term = core.term + 1;
    const granted = core.configuration.voters.flatMap((from) => {
      if (from === options.id) return [];
      const message = { kind: 'vote', term, pre: true, granted: true } as const;
      return core.step({ kind: 'message', from, message }, now);
    });
    return [...outputs.filter((output) => !isRequest(output, true)), ...granted.map(heardAlways)];
  };
  return withStep(core, step);
};

/** As Raft was before chapter 6.2 of the thesis: who leads goes on although nobody answers. */
export const withoutCheckQuorum: MakeMember = (options, stored, random) => {
  const core = makeRaftMember(options, stored, random);
  const step = (input: Input, now: Now): readonly Output[] => {
    if (input.kind !== 'timer' || core.role !== 'leader') return core.step(input, now);
    // All are heard, and say nothing.
    const answers = core.configuration.voters.flatMap((from) => {
      const message = { kind: 'appended', term: core.term, round: 0, matchIndex: 0 } as const;
      return core.step({ kind: 'message', from, message }, now);
    });
    return [...answers, ...core.step(input, now)];
  };
  return withStep(core, step);
};

/** Reads of its state go to the core itself. */
function withStep(core: RaftCore, step: RaftCore['step']): RaftCore {
  return {
    step,
    get role() {
      return core.role;
    },
    get term() {
      return core.term;
    },
    get leader() {
      return core.leader;
    },
    get commit() {
      return core.commit;
    },
    get configuration() {
      return core.configuration;
    },
    termAt: (index) => core.termAt(index),
    entryAt: (index) => core.entryAt(index),
  };
}

function isRequest(output: Output, pre: boolean): boolean {
  return output.kind === 'send' && output.message.kind === 'requestVote' && output.message.pre === pre;
}

/** A request for votes that says that the leader has asked for it is not ignored by who hears that leader. */
function heardAlways(output: Output): Output {
  if (output.kind !== 'send' || output.message.kind !== 'requestVote') return output;
  return { ...output, message: { ...output.message, transfer: true } };
}
