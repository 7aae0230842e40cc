/**
 * Some links are cut, and somebody still reaches a majority: what pre-vote and check-quorum are for. Each is taken from a
 * member by lying to it, for the production core carries no switches.
 */
import type { MemberId, Now } from '@bothy/protocols';
import { type Scenario, type ScenarioResult, Simulation } from '@bothy/simulator';
import type { KnownFailure } from '../known-failure.ts';
import { makeRaftMember } from './make-raft-member.ts';
import { RaftChecker } from './raft-checker.ts';
import type { Input, MakeMember, Output, RaftCore } from './raft-words.ts';
import { SimClient } from './sim-client.ts';
import { SimMember } from './sim-member.ts';

const three: readonly MemberId[] = ['m1', 'm2', 'm3'];
const five: readonly MemberId[] = ['m1', 'm2', 'm3', 'm4', 'm5'];
const electionTimeoutMs = 150;
const settledMs = 1_000;
const cutMs = 10_000;
/** In that time, once somebody leads again. */
const leastAnswers = 100;

/** As Raft was before chapter 9.6 of the thesis: nobody is asked first, and a later term is always heard. */
const withoutPreVote: MakeMember = (options, stored, random) => {
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
const withoutCheckQuorum: MakeMember = (options, stored, random) => {
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

interface Cut {
  readonly name: string;
  readonly title: string;
  readonly ids: readonly MemberId[];
  /** Of these others, as seen from who leads. */
  readonly pairs: (
    leader: MemberId,
    others: readonly MemberId[],
  ) => readonly (readonly [MemberId, MemberId])[];
  readonly broken: MakeMember;
  /** What is wrong with how many leaders were elected and how many answers given since the cut, if something is. */
  readonly judge: (terms: number, answers: number) => string | undefined;
  readonly rule: string;
}

function scenarioOf(cut: Cut, isFixed: boolean): Scenario {
  const name = isFixed ? cut.name : `${cut.name}/broken`;
  return {
    name,
    title: cut.title,
    run: (seed) => run(new Simulation({ seed, scenario: name }), cut, isFixed ? makeRaftMember : cut.broken),
  };
}

function run(simulation: Simulation, { ids, pairs, judge, rule }: Cut, make: MakeMember): ScenarioResult {
  const { network, trace } = simulation;
  network.setFaults({ minDelayMs: 1, maxDelayMs: 5, loss: 0, duplicate: 0, reorder: true });
  const checker = new RaftChecker((broken, sentence) => simulation.violated(broken, sentence));
  const founders = { founders: ids, electionTimeoutMs, heartbeatMs: 40, clockDrift: 1.1 };
  const limits = { maxEntriesPerMessage: 8, maxInFlight: 4, maxWaiting: 100 };
  const members = ids.map(
    (id) =>
      new SimMember({
        ...{ id, simulation, checker, driftPpm: 0, compactEvery: 50, answered: () => undefined },
        boot: (_, { stored }) =>
          make({ id, ...founders, ...limits }, stored, simulation.random(`member/${id}`)),
      }),
  );
  const client = new SimClient({
    ...{ name: 'c1', simulation, members: ids, keys: ['x'], thinkMs: 20, patienceMs: 120 },
    ...{ leaseShare: 0, readsOnly: false },
  });
  simulation.run(settledMs);
  const leader = members.find(({ isLeader }) => isLeader)?.id ?? 'm1';
  simulation.note(`links of ${leader} are cut`);
  network.cut(
    pairs(
      leader,
      ids.filter((id) => id !== leader),
    ),
  );
  const [termsBefore, answeredBefore] = [checker.terms, client.answered];
  simulation.run(cutMs);
  const terms = checker.terms - termsBefore;
  const answered = client.answered - answeredBefore;
  const sentence = judge(terms, answered);
  if (sentence !== undefined) simulation.fail(rule, sentence);
  const counts = { ...network.counts, terms, answered };
  return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(60), counts };
}

/** One follower is cut from the leader; both reach the third. */
const oneLink: Cut = {
  name: 'protocols/raft-partial-partition',
  title: 'One link of three is cut, and everybody still reaches a majority',
  ids: three,
  pairs: (leader, [other = 'm2']) => [[leader, other]],
  broken: withoutPreVote,
  rule: 'a leader that reaches a majority stays',
  judge: (terms) => (terms === 0 ? undefined : `${terms} more were elected in ${cutMs} ms`),
};

/** Everybody reaches one member only, which hears the leader: nobody but that one could lead. */
const hub: Cut = {
  name: 'protocols/raft-lost-quorum',
  title: 'All links are cut but those of one follower',
  ids: five,
  pairs: (leader, [, ...others]) => {
    const apart = [leader, ...others];
    return apart.flatMap((one, at) => apart.slice(at + 1).map((other) => [one, other] as const));
  },
  broken: withoutCheckQuorum,
  rule: 'answers under a partial partition',
  judge: (_, answers) => (answers >= leastAnswers ? undefined : `${answers} answers in ${cutMs} ms`),
};

export const partialPartition: KnownFailure = {
  name: oneLink.name,
  title: 'Without pre-vote a follower that does not hear the leader deposes it, though a majority does',
  source: 'Lianza, Snook: A Byzantine failure in the real world, Cloudflare, 2020; thesis of Ongaro, 9.6',
  breaks: oneLink.rule,
  seeds: 20,
  scenario: (isFixed) => scenarioOf(oneLink, isFixed),
};

export const lostQuorum: KnownFailure = {
  name: hub.name,
  title: 'Without check-quorum a leader that reaches one follower keeps it from being elected, for ever',
  source: 'Jensen, Howard, Mortier: Examining Raft’s behaviour during partial network failures, HAOC 2021',
  breaks: hub.rule,
  seeds: 10,
  scenario: (isFixed) => scenarioOf(hub, isFixed),
};
