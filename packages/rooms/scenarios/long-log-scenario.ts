/**
 * A room with thousands of entries, copies of it that end here and there, and members who stood anywhere in it when
 * they went: all go on without a gap that is not named, and with none where little is missed.
 */

import type { RoomWrite } from '@bothy/rooms/core';
import { calm, injectFaults, type Scenario, type ScenarioResult } from '@bothy/simulator';
import type { RoomContent, RoomEntry } from '@bothy/wire';
import { ClusterPeople } from './cluster-people.ts';
import type { SimClient } from './sim-client.ts';
import { pick, SimCluster } from './sim-cluster.ts';
import { makeRoomsCore } from './sim-node.ts';

export const longLogOptions = {
  name: 'rooms/long-log',
  title: 'A room with a long history, and members who were away for a while or for long',
  nodes: () => 3,
  clients: (number: number) => 3 + (number % 5),
  links: { maxDelayMs: 20, reset: 0, halfOpen: 0.2 },
};

const room = 'l'.repeat(20);
const faults = { ...calm, crashEveryMs: 10_000, partitionEveryMs: 15_000, maxOutageMs: 5_000 };
/** How much a copy or a member lacks: nothing, a little, more than one answer holds, more than a copy catches up with. */
const lacking = [0, 3, 400, 900, 1_700, 5_400, 1_000_000] as const;

export function longLogScenario(makeCore = makeRoomsCore): Scenario {
  const { name, title } = longLogOptions;
  return { name, title, run: (seed) => run(seed, makeCore) };
}

function run(seed: string, makeCore: typeof makeRoomsCore): ScenarioResult {
  const cluster = new SimCluster(seed, longLogOptions, makeCore);
  const people = new ClusterPeople(cluster);
  const { simulation, nodes, clients, checker } = cluster;
  const random = simulation.random('long log');
  const entries = longLog(clients, 600 + random.below(6_000));
  const last = entries.length;
  for (const [index, { store, info }] of nodes.entries()) {
    const end = index === 0 ? last : Math.max(0, last - (pick(lacking, random.below(1_000)) ?? 0));
    if (end > 0) for (const write of writesOf(clients, entries.slice(0, end))) store.write(write);
    // A node that has run before, and is known.
    else store.write({ kind: 'putNode', node: info });
  }
  const least = clients.length + 1;
  const stood = clients.map((client) => {
    const seq = Math.max(least, last - (pick(lacking, random.below(1_000)) ?? 0));
    client.remember(room, { epoch: 1, seq });
    checker.remembered(client, room, { epoch: 1, seq });
    return seq;
  });
  simulation.run(3_000);
  for (const client of clients) client.connect();
  simulation.run(5_000);
  for (const [index, client] of clients.entries()) {
    const lacks = last - (stood[index] ?? 0);
    if (lacks > 1_000 && !checker.gapped.has(client)) {
      simulation.fail('named gaps', `${client.actor.name} lacked ${lacks} entries, and was told of no gap`);
    }
    if (lacks <= 500 && checker.gapped.has(client)) {
      simulation.fail(
        'no needless gap',
        `${client.actor.name} lacked ${lacks} entries, and was told of a gap`,
      );
    }
  }
  injectFaults(simulation, faults, 30_000);
  people.talk(30_000, 5);
  simulation.run(30_000);
  cluster.settle(120_000);
  return cluster.result({ entries: last });
}

function longLog(clients: readonly SimClient[], count: number): RoomEntry[] {
  const [owner] = clients;
  const author = owner?.actor.person ?? 'guest:nobody';
  const contents: RoomContent[] = [
    { kind: 'created', roomName: 'History', description: '', visibility: 'public' },
    ...clients.map(({ actor }): RoomContent => {
      const role = actor.person === author ? 'owner' : 'member';
      return { kind: 'joined', person: actor.person, personName: actor.name, role };
    }),
    ...Array.from({ length: count }, (_, index): RoomContent => ({ kind: 'message', body: `old ${index}` })),
  ];
  return contents.map((content, index) => {
    const seq = index + 1;
    return { epoch: 1, seq, author, name: 'c1', sentAt: seq, key: `old-${seq}`, content };
  });
}

function writesOf(clients: readonly SimClient[], entries: readonly RoomEntry[]): RoomWrite[] {
  const words = { name: 'History', description: '', visibility: 'public', administrator: 'n1' } as const;
  const memberCount = clients.length;
  const record = {
    id: room,
    ...words,
    epoch: 1,
    base: 0,
    lastSeq: 0,
    memberCount,
    createdBy: '',
    pinned: [],
  };
  return [
    { kind: 'putRoom', room: record },
    { kind: 'putEpoch', room, epoch: 1, firstSeq: 1, administrator: 'n1' },
    { kind: 'append', room, epoch: 1, expectedLastSeq: 0, entries },
    ...clients.map(({ actor }, index): RoomWrite => {
      const { person, name, verified } = actor;
      const role = index === 0 ? 'owner' : 'member';
      return {
        kind: 'putMember',
        member: { room, person, name, verified, standing: 'member', role, read: 0 },
      };
    }),
  ];
}
