/**
 * A register on five replicas, read and written by quorums while replicas crash and are cut off. With R + W > N it is
 * linearizable; with less a read may miss what was written before it.
 */
import type { Scenario } from '@bothy/simulator';
import type { Operation, RegisterInput, RegisterOutput } from '../../src/consistency/operation.ts';
import {
  QuorumClient,
  type QuorumMessage,
  type QuorumOutput,
  QuorumReplica,
  type Versioned,
} from '../../src/replication/quorum.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';
import { expectOneRegister } from '../one-register.ts';

const replicas = ['r1', 'r2', 'r3', 'r4', 'r5'];
const clients = ['c1', 'c2', 'c3', 'c4'];
const breaks = 'one register';
const faultsMs = 5_000;
const peaceMs = 2_000;

interface Quorums {
  readonly reads: number;
  readonly writes: number;
}

export function quorumRegister(name: string, { reads, writes }: Quorums): Scenario {
  return narrated(name, `A register on five replicas: ${reads} to read, ${writes} to write`, (simulation) => {
    const { network } = simulation;
    network.setFaults({ minDelayMs: 1, maxDelayMs: 30, loss: 0.05, duplicate: 0.05, reorder: true });
    const random = simulation.random('world');
    const disks = new Map(replicas.map((replica) => [replica, new Map<string, Versioned>()]));
    const running = new Map<string, QuorumReplica>();
    const start = (replica: string): void => void running.set(replica, new QuorumReplica(disks.get(replica)));
    for (const replica of replicas) {
      start(replica);
      network.on(replica, (from, message) => {
        for (const output of running.get(replica)?.received(from, message as QuorumMessage) ?? []) {
          if (output.kind === 'persist') disks.get(replica)?.set(output.key, output.held);
          else network.send(replica, output.to, output.message);
        }
      });
    }
    const history: Operation<RegisterInput, RegisterOutput>[] = [];
    let isOver = false;
    let answeredLate = 0;
    for (const client of clients) {
      const isSloppy = reads + writes <= replicas.length;
      const core = new QuorumClient({
        node: client,
        replicas,
        reads,
        writes,
        isSloppy,
        againMs: 100,
        maxOpen: 1,
      });
      let begun: Omit<Operation<RegisterInput, RegisterOutput>, 'output' | 'answeredMs'> | undefined;
      let count = 0;
      const act = (outputs: readonly QuorumOutput[]): void => {
        for (const output of outputs) {
          if (output.kind === 'send') network.send(client, output.to, output.message);
          else if (output.kind === 'setTimer')
            simulation.after(output.afterMs, () => act(core.timerFired(output.key)));
          else if (begun !== undefined) {
            const value = begun.input.kind === 'read' ? output.value : 'done';
            history.push({ ...begun, output: value, answeredMs: simulation.nowMs });
            if (simulation.nowMs > faultsMs) answeredLate += 1;
            begun = undefined;
            simulation.after(random.below(60), next);
          }
        }
      };
      const next = (): void => {
        if (isOver) return;
        count += 1;
        const id = `${client}/${count}`;
        const input: RegisterInput =
          random.next() < 0.5 ? { kind: 'read', key: 'x' } : { kind: 'write', key: 'x', value: id };
        begun = { client, input, calledMs: simulation.nowMs };
        const outputs: QuorumOutput[] = [];
        if (input.kind === 'read') core.read(outputs, id, 'x');
        else core.write(outputs, id, 'x', id);
        act(outputs);
      };
      network.on(client, (from, message) => act(core.received(from, message as QuorumMessage)));
      simulation.after(random.below(50), next);
      simulation.after(faultsMs + peaceMs, () => {
        if (begun !== undefined) history.push({ ...begun, output: undefined, answeredMs: 0 });
        begun = undefined;
      });
    }
    const disturb = (): void => {
      if (simulation.nowMs > faultsMs - 1_000) return;
      const one = replicas[random.below(replicas.length)] ?? 'r1';
      const forMs = 100 + random.below(800);
      if (random.next() < 0.5) {
        running.delete(one);
        simulation.after(forMs, () => start(one));
      } else {
        const other = replicas[random.below(replicas.length)] ?? 'r2';
        const client = clients[random.below(clients.length)] ?? 'c1';
        const rest = [...replicas, ...clients].filter((each) => ![one, other, client].includes(each));
        simulation.after(forMs, network.partition([one, other, client], rest));
      }
      simulation.after(100 + random.below(400), disturb);
    };
    simulation.after(200, disturb);
    simulation.run(faultsMs + peaceMs);
    isOver = true;
    if (answeredLate === 0) simulation.fail('it goes on', 'nobody is answered once all is well again');
    expectOneRegister(simulation, breaks, history);
    return { operations: history.length };
  });
}

const name = 'protocols/sloppy-quorum';

/** Fewer are asked than would meet the last write. */
export const sloppyQuorum: KnownFailure = {
  name,
  title: 'Two of five take a write and two answer a read: they need not meet',
  source:
    'Gifford: "Weighted Voting for Replicated Data", SOSP 1979; DeCandia et al.: "Dynamo", SOSP 2007, section 4.6',
  breaks,
  seeds: 20,
  scenario: (isFixed) =>
    quorumRegister(variantOf(name, isFixed), isFixed ? { reads: 3, writes: 3 } : { reads: 2, writes: 2 }),
};
