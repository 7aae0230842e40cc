import { nameDirectoryContract } from '@bothy/testkit/contracts';
import { describe, expect, test } from 'vitest';
import { certificate, NameNodes } from '../../testing/name-nodes.ts';
import type { ClaimResult } from '../name-directory.ts';
import { MemoryNameDirectory } from '../name-directory.ts';
import { ClusterNameDirectory } from './cluster-name-directory.ts';

const ann = 'a'.repeat(32);
const ben = 'b'.repeat(32);

describe('[NM1] a node alone', () => {
  nameDirectoryContract(
    async (open) =>
      new ClusterNameDirectory({
        node: 'alone',
        local: new MemoryNameDirectory(open),
        wallMs: () => 1_000,
        monoMs: () => 1_000,
        changed: () => {},
        peers: { known: () => [], ask: async () => undefined },
      }),
  );
});

test('[NM2] a claim that all nodes grant is bound, and all nodes know it when it is answered', async () => {
  const cluster = new NameNodes('bound', ['a', 'b', 'c']);
  const claimed = await cluster.finish(cluster.node(0).names.claim(certificate('ann', ann)));
  expect(claimed).toEqual({ kind: 'bound' });
  for (const { local } of cluster.nodes) expect(await local.lookup('ann')).toBe(ann);
  const other = cluster.finish(cluster.node(2).names.claim(certificate('ann', ben)));
  expect(await other).toEqual({ kind: 'taken', by: ann });
});

test.each(Array.from({ length: 100 }, (_, seed) => seed))(
  '[NM3] of claims that meet exactly one is bound, and all nodes agree, seed %i',
  async (seed) => {
    const cluster = new NameNodes(`meet ${seed}`, ['a', 'b', 'c', 'd']);
    const persons = [ann, ben, 'c'.repeat(32)];
    const claims = persons.map((person, index) =>
      cluster.node((index + seed) % 4).names.claim(certificate('it', person)),
    );
    const results = await cluster.finish(Promise.all(claims));
    expect(results.filter(({ kind }) => kind === 'bound')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'taken')).toHaveLength(2);
    const owner = persons[results.findIndex(({ kind }) => kind === 'bound')];
    for (const { names } of cluster.nodes) {
      expect(await cluster.finish(names.record('it'))).toMatchObject({ claims: [{ person: owner }] });
    }
  },
);

test('[NM4] a claim that one node could not be asked about is provisional, and bound when they have met', async () => {
  const cluster = new NameNodes('provisional', ['a', 'b', 'c']);
  cluster.cut('a', 'c');
  const { names } = cluster.node(0);
  expect(await cluster.finish(names.claim(certificate('ann', ann)))).toEqual({ kind: 'provisional' });
  expect(await cluster.finish(names.claim(certificate('ann', ann)))).toEqual({ kind: 'provisional' });
  cluster.heal();
  await cluster.exchangeAll();
  expect(await cluster.finish(names.claim(certificate('ann', ann)))).toEqual({ kind: 'bound' });
  expect(await cluster.node(2).local.lookup('ann')).toBe(ann);
});

test('[NM4] while it is not known which nodes there are a claim is provisional, and bound when it is and all grant it', async () => {
  let known: readonly string[] | undefined;
  const names = new ClusterNameDirectory({
    node: 'a',
    local: new MemoryNameDirectory(),
    wallMs: () => 1_000,
    monoMs: () => 1_000,
    changed: () => {},
    peers: { known: () => known, ask: async () => ({ kind: 'granted' }) },
  });
  expect(await names.claim(certificate('ann', ann))).toEqual({ kind: 'provisional' });
  known = ['b'];
  expect(await names.claim(certificate('ann', ann))).toEqual({ kind: 'bound' });
  known = undefined;
  expect(await names.claim(certificate('ann', ann))).toEqual({ kind: 'bound' });
});

test('[NM5] two claims that met nobody in between are a conflict on all nodes, until a release ends it for good', async () => {
  const cluster = new NameNodes('conflict', ['a', 'b']);
  cluster.cut('a', 'b');
  const [one, other] = [cluster.node(0), cluster.node(1)];
  await cluster.finish(one.names.claim(certificate('it', ann)));
  await cluster.finish(other.names.claim(certificate('it', ben)));
  cluster.heal();
  await cluster.exchangeAll();
  for (const { names } of cluster.nodes) {
    expect((await cluster.finish(names.record('it')))?.claims.map(({ person }) => person)).toEqual([
      ann,
      ben,
    ]);
  }
  expect(other.changes).toEqual([{ name: 'it', before: ben, after: ann }]);
  expect(await cluster.finish(other.names.claim(certificate('it', ben)))).toEqual({ kind: 'taken', by: ann });
  cluster.cut('a', 'b');
  expect(await cluster.finish(one.names.release('it'))).toBe(true);
  cluster.heal();
  await cluster.exchangeAll();
  for (const { local } of cluster.nodes) expect(await local.lookup('it')).toBeUndefined();
  expect(await cluster.finish(other.names.claim(certificate('it', ben)))).toEqual({ kind: 'bound' });
  expect(await one.local.lookup('it')).toBe(ben);
});

test('[NM9] a node that has not heard of a release is told, and the name can be claimed at once', async () => {
  const cluster = new NameNodes('unaware', ['a', 'b']);
  const { names } = cluster.node(0);
  await cluster.finish(names.claim(certificate('it', ann)));
  cluster.cut('a', 'b');
  await cluster.finish(names.release('it'));
  cluster.heal();
  expect(await cluster.finish(names.claim(certificate('it', ben)))).toEqual({ kind: 'bound' });
  expect(await cluster.node(1).local.lookup('it')).toBe(ben);
});

test('[NM6] two devices of one person who claim at once are no rivals', async () => {
  const cluster = new NameNodes('devices', ['a', 'b']);
  const claims = [0, 0, 1].map((index) => cluster.node(index).names.claim(certificate('ann', ann)));
  const results = await cluster.finish(Promise.all(claims));
  expect(results.map(({ kind }) => kind)).toEqual(['bound', 'bound', 'bound']);
});

test('[NM7] many names are exchanged page by page', async () => {
  const cluster = new NameNodes('pages', ['a', 'b']);
  const names = Array.from({ length: 20_000 }, (_, n) => `name-${n}`);
  for (const name of names) await cluster.node(0).local.claim(certificate(name, ann));
  await cluster.exchangeAll();
  for (const name of names) expect(await cluster.node(1).local.lookup(name)).toBe(ann);
  expect(await cluster.node(1).local.digests()).toEqual(await cluster.node(0).local.digests());
});

test.each(Array.from({ length: 240 }, (_, seed) => seed))(
  '[NM2, NM4, NM5] cuts, crashes, claims and releases: never two bound, nothing lost, one record in the end, seed %i',
  async (seed) => {
    const cluster = new NameNodes(`storm ${seed}`, ['a', 'b', 'c']);
    const { random } = cluster;
    const persons = [ann, ben, 'c'.repeat(32)];
    const told: { name: string; person: string; result: ClaimResult }[] = [];
    const released = new Set<string>();
    for (let step = 0; step < 120; step += 1) {
      const node = cluster.node(random.below(3));
      const name = `name-${random.below(3)}`;
      const dice = random.below(100);
      if (dice < 25) {
        const person = persons[random.below(3)] ?? ann;
        void node.names
          .claim(certificate(name, person))
          .then((result) => told.push({ name, person, result }));
      } else if (dice < 31 && seed % 3 === 0) {
        released.add(name);
        void node.names.release(name);
      } else if (dice < 34) {
        cluster.cut(node.id, cluster.node(random.below(3)).id);
      } else if (dice < 39) {
        cluster.heal();
      } else if (dice < 42) {
        cluster.crash(random.below(3));
      } else if (dice < 46) {
        void node.names.exchange(cluster.node(random.below(3)).id);
      } else {
        await cluster.arrive();
      }
    }
    cluster.heal();
    await cluster.settle();
    await cluster.exchangeAll();
    await cluster.exchangeAll();
    const digests = await Promise.all(cluster.nodes.map(({ local }) => local.digests()));
    expect(digests[1]).toEqual(digests[0]);
    expect(digests[2]).toEqual(digests[0]);
    for (const { name, person, result } of told) {
      if (released.has(name) || (result.kind !== 'bound' && result.kind !== 'provisional')) continue;
      const record = await cluster.finish(cluster.node(0).local.record(name));
      expect(record?.claims.map((claim) => claim.person)).toContain(person);
    }
    for (const name of ['name-0', 'name-1', 'name-2'].filter((each) => !released.has(each))) {
      const bound = told.filter((each) => each.name === name && each.result.kind === 'bound');
      expect(new Set(bound.map(({ person }) => person)).size).toBeLessThan(2);
    }
  },
);
