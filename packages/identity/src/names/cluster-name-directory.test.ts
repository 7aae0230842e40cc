import { nameDirectoryContract } from '@bothy/testkit/contracts';
import type { NameRecord } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { certificate, NameNodes } from '../../testing/name-nodes.ts';
import type { Admission } from './local-names.ts';

const ann = 'a'.repeat(32);
const ben = 'b'.repeat(32);
const unavailable = { code: 'directory_unavailable' };
const claimAt = (person: string, ms: number, sure: boolean) => ({
  person,
  claimed: { at: { ms, counter: 0 }, node: '' },
  sure,
});
const record = (name: string, ...claims: readonly ReturnType<typeof claimAt>[]): NameRecord => {
  return { name, claims };
};

describe('[NM1] a node alone', () => {
  nameDirectoryContract(async (open) => new NameNodes('alone', ['a'], open).node(0).names);
});

test('[NM1] a claim is on every disk that hears of it when it is answered', async () => {
  const cluster = new NameNodes('bound', ['a', 'b', 'c']);
  expect(await cluster.node(0).names.claim(certificate('ann', ann))).toEqual({ kind: 'bound' });
  expect(await cluster.node(0).local.lookup('ann')).toBe(ann);
  expect(await cluster.node(2).names.claim(certificate('ann', ben))).toEqual({ kind: 'taken', by: ann });
});

test('[NM2] without a majority a new name is refused, and who has one goes on with it', async () => {
  const cluster = new NameNodes('minority', ['a', 'b', 'c']);
  const { names } = cluster.node(0);
  await names.claim(certificate('ann', ann));
  cluster.cut('a');
  expect(await names.claim(certificate('ann', ann))).toEqual({ kind: 'bound' });
  expect(await names.claim(certificate('ann', ben))).toEqual({ kind: 'taken', by: ann });
  expect(await names.lookup('ann')).toBe(ann);
  await expect(names.claim(certificate('ben', ben))).rejects.toMatchObject(unavailable);
  await expect(names.release('ann')).rejects.toMatchObject(unavailable);
  cluster.heal();
  expect(await names.claim(certificate('ben', ben))).toEqual({ kind: 'bound' });
});

test.each(Array.from({ length: 30 }, (_, seed) => seed))(
  '[NM3] of claims that meet exactly one is bound, seed %i',
  async (seed) => {
    const cluster = new NameNodes(`meet ${seed}`, ['a', 'b', 'c', 'd']);
    const persons = [ann, ben, 'c'.repeat(32)];
    const claims = persons.map((person, index) =>
      cluster.node((index + seed) % 4).names.claim(certificate('it', person)),
    );
    const results = await Promise.all(claims);
    expect(results.map(({ kind }) => kind).sort()).toEqual(['bound', 'taken', 'taken']);
    const owner = persons[results.findIndex(({ kind }) => kind === 'bound')];
    for (const { names } of cluster.nodes) {
      await expect.poll(() => names.record('it')).toMatchObject({ claims: [{ person: owner }] });
    }
  },
);

test('[NM4, NM7] a claim of an earlier version is brought in, and confirmed once the directory can be asked', async () => {
  const cluster = new NameNodes('provisional', ['a', 'b']);
  const { names, local } = cluster.node(0);
  await local.merge([record('ann', claimAt(ann, 5, false))]);
  cluster.cut('a');
  expect(await names.claim(certificate('ann', ann))).toEqual({ kind: 'provisional' });
  cluster.heal();
  await names.bringIn();
  await expect.poll(() => cluster.node(1).local.lookup('ann')).toBe(ann);
  expect((await names.record('ann'))?.claims[0]?.sure).toBe(false);
  expect(await names.claim(certificate('ann', ann))).toEqual({ kind: 'bound' });
  expect((await names.record('ann'))?.claims[0]?.sure).toBe(true);
});

test('[NM5, NM9, NM10] rival claims are a conflict on all nodes, until a release ends it for good', async () => {
  const cluster = new NameNodes('conflict', ['a', 'b']);
  const [one, other] = [cluster.node(0), cluster.node(1)];
  await one.local.merge([record('it', claimAt(ann, 5, false))]);
  await other.local.merge([record('it', claimAt(ben, 9, true))]);
  await one.names.bringIn();
  await other.names.bringIn();
  for (const { names } of cluster.nodes) {
    const claimants = async () => (await names.record('it'))?.claims.map(({ person }) => person);
    await expect.poll(claimants).toEqual([ben, ann]);
  }
  expect(one.changes).toEqual([{ name: 'it', before: ann, after: ben }]);
  expect(await one.names.claim(certificate('it', ann))).toEqual({ kind: 'taken', by: ben });
  expect(await other.names.release('it')).toBe(true);
  await expect.poll(() => one.local.lookup('it')).toBeUndefined();
  expect(one.changes.at(-1)).toEqual({ name: 'it', before: ben, after: undefined });
  // Neither comes back with an old disk.
  await one.names.bringIn();
  expect(await other.names.claim(certificate('it', ann))).toEqual({ kind: 'bound' });
});

test('[NM6] two devices of one person use up one invitation, and a claim that comes to nothing none', async () => {
  const cluster = new NameNodes('invitation', ['a', 'b']);
  let left = 1;
  const admission: Admission<{ kind: 'refused' }> = {
    take: async () => {
      if (left === 0) return { kind: 'refused' };
      left -= 1;
      return undefined;
    },
    giveBack: async () => {
      left += 1;
    },
  };
  const { names } = cluster.node(0);
  cluster.cut('a');
  await expect(names.claimWith(certificate('ann', ann), admission)).rejects.toMatchObject(unavailable);
  cluster.heal();
  const both = [0, 1].map(() => names.claimWith(certificate('ann', ann), admission));
  expect(await Promise.all(both)).toEqual([{ kind: 'bound' }, { kind: 'bound' }]);
  expect(left).toBe(0);
  expect(await names.claimWith(certificate('cid', ben), admission)).toEqual({ kind: 'refused' });
  // Taken meanwhile at another node, which this one has not heard yet.
  left = 1;
  const claims = [
    cluster.node(1).names.claim(certificate('dan', ann)),
    names.claimWith(certificate('dan', ben), admission),
  ];
  const [first, second] = await Promise.all(claims);
  expect([first?.kind, second?.kind].sort()).toEqual(['bound', 'taken']);
  expect(left).toBe(second?.kind === 'bound' ? 0 : 1);
});

test('[NM12] whose key is kept out gets no name, goes on with none, and uses no invitation up', async () => {
  const cluster = new NameNodes('kept out', ['a', 'b', 'c']);
  const { names } = cluster.node(0);
  let taken = 0;
  const admission: Admission<never> = {
    take: async () => {
      taken += 1;
      return undefined;
    },
    giveBack: async () => {
      taken -= 1;
    },
  };
  await names.claim(certificate('ben', ben));
  cluster.keepOut(ben);
  const keptOut = { kind: 'keptOut' };
  expect(await names.claimWith(certificate('ben', ben), admission)).toEqual(keptOut);
  expect(await names.claimWith(certificate('new', ben), admission)).toEqual(keptOut);
  expect(await names.claim(certificate('ann', ann))).toEqual({ kind: 'bound' });
  expect(taken).toBe(0);
  cluster.keepOut(ben, false);
  expect(await names.claim(certificate('ben', ben))).toEqual({ kind: 'bound' });
});

test('[NM12] a node without a majority goes by what it knew last, and the majority decides', async () => {
  const cluster = new NameNodes('minority', ['a', 'b', 'c']);
  await cluster.node(0).names.claim(certificate('ben', ben));
  cluster.keepOut(ann);
  cluster.cut('a');
  cluster.keepOut(ben);
  expect(await cluster.node(0).names.claim(certificate('ann', ann))).toEqual({ kind: 'keptOut' });
  expect(await cluster.node(0).names.claim(certificate('ben', ben))).toEqual({ kind: 'bound' });
  expect(await cluster.node(1).names.claim(certificate('ben', ben))).toEqual({ kind: 'keptOut' });
  cluster.heal();
  expect(await cluster.node(0).names.claim(certificate('ben', ben))).toEqual({ kind: 'keptOut' });
});

test('[NM7] many names of an old disk are brought in page by page, and a newcomer is given all', async () => {
  const cluster = new NameNodes('pages', ['a', 'b']);
  const names = Array.from({ length: 3_000 }, (_, n) => `name-${n}`);
  await cluster.node(0).local.merge(names.map((name) => record(name, claimAt(ann, 5, true))));
  cluster.cut('b');
  await cluster.node(0).names.bringIn();
  cluster.heal();
  await expect.poll(() => cluster.node(1).local.lookup('name-999')).toBe(ann);
  expect(await cluster.node(1).local.page('', 4_000)).toHaveLength(3_000);
});

test('[NM11] a disk that refuses a change holds nobody up, and gets it with the next one', async () => {
  const cluster = new NameNodes('full', ['a', 'b']);
  const [one, other] = [cluster.node(0), cluster.node(1)];
  other.local.isFull = true;
  expect(await one.names.claim(certificate('ann', ann))).toEqual({ kind: 'bound' });
  await expect.poll(() => other.failures).toHaveLength(1);
  other.local.isFull = false;
  await one.names.claim(certificate('ben', ben));
  await expect.poll(() => other.local.lookup('ann')).toBe(ann);
  expect(await other.local.lookup('ben')).toBe(ben);
});
