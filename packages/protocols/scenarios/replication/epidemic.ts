/**
 * Replicas that only meet in pairs, at random, while messages are lost and they are cut into groups: all hold everything
 * soon after nothing is written any more. One disk flips an entry on the way, and an audit has to say which.
 */
import type { Scenario } from '@bothy/simulator';
import { checkEventual } from '../../src/consistency/eventual.ts';
import { keyHash } from '../../src/partitioning/key-hash.ts';
import {
  AntiEntropy,
  type AntiEntropyMessage,
  type AntiEntropyOutput,
} from '../../src/replication/anti-entropy.ts';
import { LogShelf } from '../../src/replication/testing/log-shelf.ts';
import { vectorCompare } from '../../src/replication/version-vector.ts';
import { narrated } from '../narrated.ts';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
const everyMs = 500;
const writesMs = 6_000;
const peaceMs = 15_000;

export const epidemic: Scenario = narrated(
  'protocols/anti-entropy',
  'Five replicas meet in pairs, and settle what differs',
  (simulation) => {
    const { network } = simulation;
    network.setFaults({ minDelayMs: 1, maxDelayMs: 80, loss: 0.1, duplicate: 0.1, reorder: true });
    const random = simulation.random('world');
    const cores = new Map<string, AntiEntropy>();
    const shelves = new Map<string, LogShelf>();
    const found = new Set<string>();
    let writes = 0;
    // Nobody here chooses texts to collide.
    const digest = (text: string): string => `${keyHash(text)}.${keyHash(text, 1)}`;
    const act = (node: string, outputs: readonly AntiEntropyOutput[]): void => {
      for (const output of outputs) {
        if (output.kind === 'send') network.send(node, output.to, output.message);
        else if (output.kind === 'persist') shelves.get(node)?.persist(output);
        else if (output.kind === 'lookup') {
          const answer = shelves.get(node)?.answer(output.query);
          if (answer !== undefined) act(node, cores.get(node)?.found(output.id, answer) ?? []);
        } else if (output.kind === 'setTimer') {
          simulation.after(output.afterMs, () => act(node, cores.get(node)?.timerFired(output.key) ?? []));
        } else if (output.kind === 'diverged') {
          for (const { key, from, to, kind } of output.differences) {
            simulation.note(`${node} and ${output.peer} differ at ${key} ${from} to ${to}`);
            found.add(`${key} ${from} ${to} ${kind}`);
          }
        }
      }
    };
    const flippedAt = 1 + random.below(10);
    for (const node of nodes) {
      const isFlipped = node === 'n3';
      const peers = nodes.filter((each) => each !== node);
      // What is flipped is flipped from the first time on that it is read: the disk of n3 is bad in one place.
      const shelf = new LogShelf((text) =>
        digest(isFlipped && text === `n1/${flippedAt}` ? 'flipped' : text),
      );
      shelves.set(node, shelf);
      const options = { node, everyMs, auditEvery: 3, maxEntries: 5, maxLogs: 10 };
      const core = new AntiEntropy(options, peers, shelf.vector, simulation.random(`core ${node}`));
      cores.set(node, core);
      network.on(node, (from, message) => act(node, core.received(from, message as AntiEntropyMessage)));
      act(node, core.start());
      const write = (count: number): void => {
        if (simulation.nowMs > writesMs || count > 20) return;
        writes += 1;
        act(node, core.write(`${node}/${count}`));
        simulation.after(random.below(600), () => write(count + 1));
      };
      write(1);
    }
    const cut = (): void => {
      if (simulation.nowMs > writesMs) return;
      const one = nodes.filter(() => random.next() < 0.5);
      const heal = network.partition(
        one,
        nodes.filter((each) => !one.includes(each)),
      );
      simulation.after(random.below(2_000), heal);
      simulation.after(500 + random.below(1_500), cut);
    };
    cut();
    simulation.run(writesMs);
    network.heal();
    simulation.run(peaceMs);
    const [first] = cores.values();
    const last = [...shelves].map(([node, shelf]) => ({
      replica: node,
      atMs: simulation.nowMs,
      updates: nodes.flatMap((key) => shelf.log(key)),
      shown: nodes.map((key) => shelf.log(key).join()).join(';'),
    }));
    const verdict = checkEventual(last);
    if (verdict.kind === 'violated') simulation.fail('all hold the same in the end', verdict.sentence);
    for (const core of cores.values()) {
      const standing = vectorCompare(core.vector, first?.vector ?? {});
      if (standing !== 'equal') simulation.fail('all hold the same in the end', `one is ${standing}`);
    }
    const expected = `n1 ${flippedAt} ${flippedAt} differs`;
    if (!found.has(expected)) simulation.fail('damage is found', `nobody found ${expected}`);
    if (found.size > 1) simulation.fail('nothing else is taken for damage', [...found].join('; '));
    return { writes };
  },
);
