/**
 * Some links are cut, and somebody still reaches a majority: what pre-vote and check-quorum are for.
 */
import type { MemberId } from '@bothy/protocols';
import { type Scenario, type ScenarioResult, Simulation } from '@bothy/simulator';
import type { KnownFailure } from '../known-failure.ts';
import { makeRaftMember } from './make-raft-member.ts';
import { withoutCheckQuorum, withoutPreVote } from './older-raft.ts';
import { RaftChecker } from './raft-checker.ts';
import type { MakeMember } from './raft-words.ts';
import { SimClient } from './sim-client.ts';
import { SimMember } from './sim-member.ts';

const three: readonly MemberId[] = ['m1', 'm2', 'm3'];
const five: readonly MemberId[] = ['m1', 'm2', 'm3', 'm4', 'm5'];
const electionTimeoutMs = 150;
const settledMs = 1_000;
const cutMs = 10_000;
/** In that time, once somebody leads again. */
const leastAnswers = 100;

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
