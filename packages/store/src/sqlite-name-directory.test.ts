import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { nameDirectoryContract } from '@bothy/testkit/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SqliteNameDirectory } from './sqlite-name-directory.ts';

let folder: ReturnType<typeof temporaryFolder>;
const opened: SqliteNameDirectory[] = [];

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((names) => names.close()));
  folder.remove();
});

async function directory(open: boolean): Promise<SqliteNameDirectory> {
  const names = await SqliteNameDirectory.open({
    file: join(folder.path, 'a.sqlite'),
    wallMs: () => 1,
    open,
  });
  opened.push(names);
  return names;
}

const person = 'a'.repeat(32);
const key = 'A'.repeat(43);
const certificate = {
  v: 1,
  name: 'ann',
  person,
  personKey: key,
  device: 'd'.repeat(16),
  deviceKey: key,
  issuedAt: 0,
} as const;

describe('SqliteNameDirectory', () => nameDirectoryContract(directory));

test('names are there after closing and opening again, also when no new ones are taken then', async () => {
  const before = await directory(true);
  expect(await before.claim(certificate)).toEqual({ kind: 'bound' });
  await before.close();
  opened.splice(0);
  const after = await directory(false);
  expect(await after.lookup('ann')).toBe(person);
  expect(await after.claim(certificate)).toEqual({ kind: 'bound' });
  expect(await after.claim({ ...certificate, person: 'b'.repeat(32) })).toEqual({
    kind: 'taken',
    by: person,
  });
});

test('two nodes that share the file agree on who owns a name', async () => {
  const [one, other] = [await directory(true), await directory(true)];
  const claims = await Promise.all([
    one.claim(certificate),
    other.claim({ ...certificate, person: 'b'.repeat(32) }),
  ]);
  expect(claims.map(({ kind }) => kind).sort()).toEqual(['bound', 'taken']);
  expect(await one.lookup('ann')).toBe(await other.lookup('ann'));
});

describe('operators', () => {
  const other = 'b'.repeat(32);

  test('the first is who asks first, also of two at once, and that is so after a restart', async () => {
    const [one, two] = [await directory(true), await directory(true)];
    const first = await Promise.all([one.becomeFirstOperator(person), two.becomeFirstOperator(other)]);
    expect(first.filter(Boolean)).toHaveLength(1);
    const [operator, stranger] = first[0] ? [person, other] : [other, person];
    await Promise.all(opened.splice(0).map((names) => names.close()));
    const after = await directory(true);
    expect(await after.becomeFirstOperator(stranger)).toBe(false);
    expect([await after.isOperator(operator), await after.isOperator(stranger)]).toEqual([true, false]);
  });

  test('are added and removed by hand; a node that has none takes the next', async () => {
    const names = await directory(true);
    await names.claim(certificate);
    await names.addOperator(person);
    await names.addOperator(person);
    await names.addOperator(other);
    expect(await names.operators()).toEqual([
      { person, names: ['ann'] },
      { person: other, names: [] },
    ]);
    expect([await names.removeOperator(other), await names.removeOperator(other)]).toEqual([true, false]);
    expect(await names.becomeFirstOperator(other)).toBe(false);
    await names.removeOperator(person);
    expect(await names.becomeFirstOperator(other)).toBe(true);
  });

  test('names are listed in their order, page by page, and say who operates', async () => {
    const names = await directory(true);
    for (const [index, name] of ['cid', 'ann', 'ben'].entries()) {
      await names.claim({ ...certificate, name, person: String(index).repeat(32) });
    }
    await names.addOperator('1'.repeat(32));
    const page = await names.list({ limit: 2 });
    expect(page).toEqual([
      { name: 'ann', person: '1'.repeat(32), claimedAt: 1, operator: true },
      { name: 'ben', person: '2'.repeat(32), claimedAt: 1, operator: false },
    ]);
    const next = await names.list({ after: 'ben', limit: 2 });
    expect(next.map(({ name }) => name)).toEqual(['cid']);
  });
});

describe('records for other nodes', () => {
  const other = 'b'.repeat(32);
  const claimed = (ms: number) => ({ at: { ms, counter: 0 }, node: 'n2' });

  test('what is merged decides whose a name is, and says what changed', async () => {
    const names = await directory(true);
    await names.claim(certificate, { claimed: claimed(9), sure: false });
    const earlier = { name: 'ann', claims: [{ person: other, claimed: claimed(5), sure: false }] };
    expect(await names.merge([earlier])).toEqual([{ name: 'ann', before: person, after: other }]);
    expect(await names.merge([earlier])).toEqual([]);
    expect(await names.lookup('ann')).toBe(other);
    expect(await names.claim(certificate)).toEqual({ kind: 'taken', by: other });
    expect(await names.merge([{ name: 'ann', claims: [], released: { ms: 20, counter: 0 } }])).toEqual([
      { name: 'ann', before: other, after: undefined },
    ]);
    expect(await names.list({ limit: 9 })).toEqual([]);
  });

  test('a released name is not brought back, and the next claim comes after the release', async () => {
    const names = await directory(true);
    await names.claim(certificate, { claimed: claimed(1_000), sure: true });
    const before = await names.record('ann');
    expect(await names.release('ann')).toBe(true);
    expect(await names.merge(before === undefined ? [] : [before])).toEqual([]);
    expect(await names.lookup('ann')).toBeUndefined();
    // The node's clock shows 1.
    expect(await names.claim({ ...certificate, person: other })).toEqual({ kind: 'bound' });
    expect((await names.record('ann'))?.claims[0]?.claimed.at.ms).toBeGreaterThanOrEqual(1_000);
  });

  test('digests differ where records do, and pages hold all of a bucket in order', async () => {
    const names = await directory(true);
    const empty = await names.digests();
    const all = Array.from({ length: 300 }, (_, n) => `name-${n}`);
    for (const name of all) await names.claim({ ...certificate, name });
    const digests = await names.digests();
    const differing = digests.flatMap((digest, bucket) => (digest === empty[bucket] ? [] : [bucket]));
    const found: string[] = [];
    for (const bucket of differing) {
      for (let after = ''; ; ) {
        const page = await names.bucket(bucket, after, 3);
        if (page.length === 0) break;
        found.push(...page.map(({ name }) => name));
        after = page.at(-1)?.name ?? '';
      }
    }
    expect(found.sort()).toEqual([...all].sort());
    await names.release('name-7');
    const changed = (await names.digests()).filter((digest, bucket) => digest !== digests[bucket]);
    expect(changed).toHaveLength(1);
  });

  test('names of an earlier version are claims that are sure', async () => {
    const file = join(folder.path, 'a.sqlite');
    const { DatabaseSync } = await import('node:sqlite');
    await (await directory(true)).claim(certificate);
    await Promise.all(opened.splice(0).map((names) => names.close()));
    const sqlite = new DatabaseSync(file);
    sqlite.exec("DROP TABLE name_record; DELETE FROM kysely_migration WHERE name = '004-name-records'");
    sqlite.close();
    const names = await directory(true);
    expect(await names.record('ann')).toEqual({
      name: 'ann',
      claims: [{ person, claimed: { at: { ms: 1, counter: 0 }, node: '' }, sure: true }],
    });
  });
});
