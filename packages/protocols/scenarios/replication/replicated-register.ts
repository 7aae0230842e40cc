/**
 * Three replicas of a register under one primary, an arbiter that says which, and clients that ask whoever answers. Nodes
 * crash, and are cut off with one another or alone; what clients saw must be explained by one register.
 */
import type { Scenario } from '@bothy/simulator';
import type { Operation, RegisterInput, RegisterOutput } from '../../src/consistency/operation.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';
import { expectOneRegister } from '../one-register.ts';
import { Arbiter, type ArbiterAsked, grantWords } from './arbiter.ts';
import { type ReplicaFault, ReplicaNode, type Wire } from './replica-node.ts';

const nodes = ['n1', 'n2', 'n3'];
const clients = ['c1', 'c2', 'c3'];
const keys = ['x', 'y'];
const faultsMs = 6_000;
const peaceMs = 4_000;
const breaks = 'one register';

function registerOf(name: string, isFencing: boolean, fault?: ReplicaFault): Scenario {
  return narrated(name, 'A register with one primary and two backups', (simulation) => {
    const { network } = simulation;
    network.setFaults({ minDelayMs: 1, maxDelayMs: 15, loss: 0.02, duplicate: 0.05, reorder: true });
    const random = simulation.random('world');
    const arbiter = new Arbiter(nodes);
    network.on('A', (from, message) => {
      const { asked } = message as { asked: ArbiterAsked };
      const before = arbiter.granted;
      const granted = arbiter.asked(from, asked);
      if (granted !== before) simulation.note(`arbiter: ${grantWords(granted)}`);
      network.send('A', from, { kind: 'granted', granted });
    });
    const replicas = nodes.map((node) => new ReplicaNode({ simulation, node, nodes, isFencing, fault }));
    const history: Operation<RegisterInput, RegisterOutput>[] = [];
    let isOver = false;
    let lastAnsweredMs = 0;

    const operate = (client: string, count: number): void => {
      if (isOver) return;
      const key = keys[random.below(keys.length)] ?? 'x';
      const id = `${client}/${count}`;
      const input: RegisterInput =
        random.next() < 0.5 ? { kind: 'read', key } : { kind: 'write', key, value: id };
      const operation = { client: id, input, calledMs: simulation.nowMs };
      let isAnswered = false;
      network.on(client, (_, message) => {
        const wire = message as Wire;
        if (wire.kind !== 'answer' || wire.id !== id || isAnswered) return;
        isAnswered = true;
        lastAnsweredMs = simulation.nowMs;
        history.push({ ...operation, output: wire.output, answeredMs: simulation.nowMs });
        simulation.after(random.below(40), () => operate(client, count + 1));
      });
      const ask = (attempt: number): void => {
        if (isAnswered) return;
        if (attempt === 12 || isOver) {
          // It may still take effect; another one is begun, as another client.
          isAnswered = true;
          history.push({ ...operation, output: undefined, answeredMs: 0 });
          return operate(client, count + 1);
        }
        const node = nodes[random.below(nodes.length)] ?? 'n1';
        network.send(client, node, { kind: 'operation', id, input });
        simulation.after(60, () => ask(attempt + 1));
      };
      ask(0);
    };
    for (const client of clients) operate(client, 1);

    const disturb = (): void => {
      if (simulation.nowMs > faultsMs) return;
      const at = random.below(nodes.length);
      const one = nodes[at] ?? 'n1';
      const forMs = 200 + random.below(1_000);
      if (random.next() < 0.4) {
        replicas[at]?.crash();
        simulation.after(forMs, () => replicas[at]?.start());
      } else {
        // Clients and one other stay on its side, or nobody does; the arbiter is on the other.
        const withIt = [
          one,
          ...(random.next() < 0.5 ? clients : []),
          ...(random.next() < 0.5 ? [nodes[(at + 1) % 3] ?? ''] : []),
        ];
        const others = [...nodes, ...clients, 'A'].filter((each) => !withIt.includes(each));
        simulation.note(`cut ${withIt.join()} | ${others.join()}`);
        const heal = network.partition(withIt, others, random.next() < 0.25 ? 'oneWay' : 'both');
        simulation.after(forMs, heal);
      }
      simulation.after(300 + random.below(700), disturb);
    };
    simulation.after(500, disturb);
    simulation.run(faultsMs + 1_500);
    network.heal();
    for (const replica of replicas) replica.start();
    simulation.run(peaceMs);
    isOver = true;
    simulation.run(2_000);
    if (isFencing && lastAnsweredMs < simulation.nowMs - 3_500)
      simulation.fail('it goes on', 'nobody is answered any more');
    expectOneRegister(simulation, breaks, history);
    const answered = history.filter(({ output }) => output !== undefined).length;
    return { answered, unanswered: history.length - answered, epochs: arbiter.granted.epoch };
  });
}

const name = 'protocols/split-brain';

/** More than one primary, each with a backup that takes from both. */
export const splitBrain: KnownFailure = {
  name,
  title: 'Two nodes take themselves for the primary, and both are obeyed',
  source:
    'Oki, Liskov: "Viewstamped Replication", PODC 1988; Kingsbury: "Jepsen: Elasticsearch", 2014 (split brain)',
  breaks,
  seeds: 60,
  scenario: (isFixed) => registerOf(variantOf(name, isFixed), isFixed),
};

export const primaryBackup: Scenario = registerOf('protocols/primary-backup', true);

/** For tests: built wrong. */
export function plantedPrimaryBackup(fault: ReplicaFault): Scenario {
  return registerOf(`protocols/primary-backup/${fault}`, true, fault);
}
