/**
 * A leader is cut off together with somebody who reads; the others elect another one, and write there. The one that was
 * cut off cannot know. If it answers out of what it has, its reader sees what was replaced long ago; if it asks a majority
 * first (read index), it answers nobody. Check-quorum would end its leadership after an election timeout, which makes that
 * time short and not none; so neither variant has it, and the one switch is whether a leader asks before it answers.
 */
import type { MemberId } from '@bothy/protocols';
import { type Scenario, type ScenarioResult, Simulation } from '@bothy/simulator';
import type { KnownFailure } from '../known-failure.ts';
import { variantOf } from '../narrated.ts';
import { expectOneRegister } from '../one-register.ts';
import { withoutCheckQuorum } from './older-raft.ts';
import { RaftChecker } from './raft-checker.ts';
import { SimClient } from './sim-client.ts';
import { SimMember } from './sim-member.ts';

const name = 'protocols/raft-stale-read';
const rule = 'linearizable history';
const ids: readonly MemberId[] = ['m1', 'm2', 'm3'];
const settledMs = 1_000;
const cutMs = 2_000;
const peaceMs = 1_000;

function run(simulation: Simulation, trustsItself: boolean): ScenarioResult {
  const { network, trace } = simulation;
  network.setFaults({ minDelayMs: 1, maxDelayMs: 5, loss: 0, duplicate: 0, reorder: true });
  const checker = new RaftChecker((broken, sentence) => simulation.violated(broken, sentence));
  const options = { electionTimeoutMs: 150, heartbeatMs: 40, clockDrift: 1.1 };
  const limits = { maxEntriesPerMessage: 8, maxInFlight: 4, maxWaiting: 100 };
  const members = ids.map(
    (id) =>
      new SimMember({
        ...{ id, simulation, checker, driftPpm: 0, compactEvery: 50, trustsItself },
        answered: () => undefined,
        boot: (_, { stored }) =>
          withoutCheckQuorum(
            { id, founders: ids, ...options, ...limits },
            stored,
            simulation.random(`member/${id}`),
          ),
      }),
  );
  const clients = ['reader', 'ann', 'ben'].map(
    (client) =>
      new SimClient({
        ...{ name: client, simulation, members: ids, keys: ['x'], thinkMs: 100, patienceMs: 120 },
        ...{ leaseShare: 0, readsOnly: client === 'reader' },
      }),
  );
  const noteLeaders = (): void => {
    for (const { id, core } of members)
      if (core?.role === 'leader') simulation.note(`${id} leads in term ${core.term}, it believes`);
  };
  simulation.run(settledMs);
  noteLeaders();
  const leader = members.find(({ isLeader }) => isLeader)?.id ?? 'm1';
  const away = [leader, 'reader'];
  simulation.note(`${leader} and the reader are cut off from all others`);
  const heal = network.partition(
    away,
    [...ids, 'ann', 'ben'].filter((each) => !away.includes(each)),
  );
  simulation.run(cutMs);
  noteLeaders();
  simulation.note('all reach each other again');
  heal();
  const before = clients.map(({ answered }) => answered);
  simulation.run(peaceMs);
  for (const [at, { answered }] of clients.entries())
    if (answered === before[at]) simulation.fail('it goes on', 'somebody is not answered any more');
  expectOneRegister(
    simulation,
    rule,
    clients.flatMap(({ operations }) => operations),
  );
  const counts = { ...network.counts, terms: checker.terms, committed: checker.committed };
  return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(60), counts };
}

function scenario(isFixed: boolean): Scenario {
  const variant = variantOf(name, isFixed);
  return {
    name: variant,
    title: 'Reads at a leader that has been deposed meanwhile',
    run: (seed) => run(new Simulation({ seed, scenario: variant }), !isFixed),
  };
}

export const staleRead: KnownFailure = {
  name,
  title: 'A deposed leader answers a read without asking a majority whether it still leads',
  source: 'Ongaro: Consensus: Bridging Theory and Practice, 2014, section 6.4',
  breaks: rule,
  seeds: 25,
  scenario,
};
