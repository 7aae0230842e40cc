/**
 * One deletion, and a crash of a role after each of its steps: after every write that became durable and every message
 * or answer that was sent. Both roles at once, too. It is on all nodes or on none, and who asked is told which.
 */
import { expect, test } from 'vitest';
import { SimCluster } from './sim-cluster.ts';
import { makeRoomsCore, type NodeEvent, type SimNode } from './sim-node.ts';

interface Crash {
  readonly role: 'coordinator' | 'participant';
  /** After this step of the role in the deletion, counted from 1. */
  readonly step: number;
  readonly outageMs: number;
}

interface Outcome {
  readonly deleted: boolean;
  /** Steps that each role made. */
  readonly steps: Readonly<Record<Crash['role'], number>>;
  readonly crashed: number;
}

const links = { maxDelayMs: 10, reset: 0, halfOpen: 0 };

function runDeletion(seed: string, crashes: readonly Crash[], makeCore = makeRoomsCore): Outcome {
  const options = { name: 'rooms/deletion-crashes', links, nodes: () => 3, clients: () => 4 };
  const cluster = new SimCluster(seed, options, makeCore);
  const { simulation, nodes, clients, checker } = cluster;
  simulation.run(3_000);
  for (const client of clients) client.connect();
  simulation.run(2_000);
  for (const client of clients) for (const room of cluster.rooms) client.join(room);
  simulation.run(3_000);
  // A room whose administrator has followers.
  const [room = ''] = cluster.rooms.filter((each) => {
    return clients.some(({ node }) => node !== undefined && node !== checker.administrator(each));
  });
  const coordinator = checker.administrator(room);
  const participant = clients.map(({ node }) => node).find((node) => node !== coordinator);
  if (coordinator === undefined || participant === undefined) throw new Error('nobody votes in this seed');
  const steps = { coordinator: 0, participant: 0 };
  let crashed = 0;
  cluster.watch = (node, event) => {
    if (!isOfDeletion(event) || (node !== coordinator && node !== participant)) return;
    const role = node === coordinator ? 'coordinator' : 'participant';
    steps[role] += 1;
    for (const crash of crashes) {
      if (crash.role !== role || crash.step !== steps[role]) continue;
      crashed += 1;
      end(node, crash.outageMs);
    }
  };
  const end = (node: SimNode, outageMs: number): void => {
    node.process.crash();
    simulation.after(outageMs, () => node.process.start());
  };
  const [operator] = clients;
  operator?.order({ kind: 'delete', requestId: 'delete-1', room });
  cluster.settle(150_000);
  const having = nodes.filter(({ store }) => store.log(room) !== undefined).length;
  const deleted = nodes.some(({ store }) => store.isBuried(room));
  if (deleted && having > 0) simulation.fail('all or none', `${having} nodes have the room still`);
  if (!deleted && checker.administrator(room) === undefined) simulation.fail('all or none', 'it is lost');
  return { deleted, steps, crashed };
}

function isOfDeletion(event: NodeEvent): boolean {
  if (event.kind === 'written') {
    return ['putCommit', 'deleteCommit', 'deleteRoom'].includes(event.write.kind);
  }
  const { output } = event;
  if (output.kind === 'send') {
    const { message } = output;
    return message.kind === 'commit' || (message.kind === 'forwarded' && isOutcome(message.result));
  }
  return output.kind === 'reply' && isOutcome(output.result);
}

function isOutcome(result: { readonly ok: boolean; readonly value?: object }): boolean {
  return result.ok && result.value !== undefined && 'outcome' in result.value;
}

const roles = ['coordinator', 'participant'] as const;
/** Back before the other side noticed, before a vote is given up, and long after. */
const outages = [500, 4_000, 30_000] as const;
const seeds = ['1', '2', '3'] as const;

test.each(roles)(
  '[RM48] a crash of the %s after each of its steps: deleted everywhere or nowhere',
  (role) => {
    let deleted = 0;
    let kept = 0;
    for (const seed of seeds) {
      const plain = runDeletion(seed, []);
      expect(plain.deleted).toBe(true);
      expect(plain.steps[role]).toBeGreaterThanOrEqual(4);
      for (let step = 1; step <= plain.steps[role]; step++) {
        for (const outageMs of outages) {
          const outcome = runDeletion(seed, [{ role, step, outageMs }]);
          expect(outcome.crashed).toBe(1);
          if (outcome.deleted) deleted += 1;
          else kept += 1;
        }
      }
    }
    // Early crashes abort, late ones do not.
    expect(deleted).toBeGreaterThan(0);
    expect(kept).toBeGreaterThan(0);
  },
);

test('[RM48] crashes of both roles, at each pair of their steps', () => {
  const { steps } = runDeletion('1', []);
  let crashed = 0;
  for (let one = 1; one <= steps.coordinator; one++) {
    for (let other = 1; other <= steps.participant; other++) {
      const coordinator = { role: 'coordinator', step: one, outageMs: 3_000 } as const;
      const participant = { role: 'participant', step: other, outageMs: 9_000 } as const;
      crashed += runDeletion('1', [coordinator, participant]).crashed;
    }
  }
  expect(crashed).toBeGreaterThan(steps.coordinator * steps.participant);
});

test('a participant that does not keep its promise is found by these crashes', () => {
  const careless: typeof makeRoomsCore = (config, snapshot, random) =>
    makeRoomsCore(config, { ...snapshot, commits: [] }, random);
  const found = [1, 2, 3, 4].some((step) => {
    try {
      runDeletion('1', [{ role: 'participant', step, outageMs: 500 }], careless);
      return false;
    } catch {
      return true;
    }
  });
  expect(found).toBe(true);
});
