import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
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

async function directory(wallMs = 1): Promise<SqliteNameDirectory> {
  const names = await SqliteNameDirectory.open({ file: join(folder.path, 'a.sqlite'), wallMs: () => wallMs });
  opened.push(names);
  return names;
}

const person = 'a'.repeat(32);
const other = 'b'.repeat(32);
const claimed = (ms: number, node = 'n2') => ({ at: { ms, counter: 0 }, node });
const owned = (name: string, who: string, ms = 1) => {
  return { name, claims: [{ person: who, claimed: claimed(ms), sure: true }] };
};

test('of a kept key the record stays that holds, whatever comes after it, and it is there after opening again', async () => {
  const key = { person, name: 'ann', isOut: true, epoch: 3, by: 'ops', atMs: 5 };
  const before = await directory();
  await before.mergeKeptKeys([key, { ...key, person: other, epoch: 1 }]);
  await before.mergeKeptKeys([
    { ...key, isOut: false, epoch: 2, atMs: 9 },
    { ...key, person: other, isOut: false, epoch: 2 },
  ]);
  await before.close();
  opened.splice(0);
  expect(await (await directory()).keptKeys()).toEqual([
    key,
    { ...key, person: other, isOut: false, epoch: 2 },
  ]);
});

test('names are there after closing and opening again', async () => {
  const before = await directory();
  await before.merge([owned('ann', person), owned('constructor', other)]);
  await before.close();
  opened.splice(0);
  const after = await directory();
  expect(await after.lookup('ann')).toBe(person);
  expect(await after.nameOf(other)).toBe('constructor');
  expect(await after.lookup('toString')).toBeUndefined();
});

test('an invitation is good for as many names as it says, until it expires; what is given back is good again', async () => {
  const names = await directory();
  await names.invite({ code: 'two', uses: 2, expiresAt: 10 });
  const { take, giveBack } = names.invitation('two');
  expect([await take(), await take(), await take()]).toEqual([
    undefined,
    undefined,
    { kind: 'invitationRefused' },
  ]);
  await giveBack();
  expect(await take()).toBeUndefined();
  await giveBack();
  expect(await names.invitation('three').take()).toEqual({ kind: 'invitationRefused' });
  expect(await (await directory(10)).invitation('two').take()).toEqual({ kind: 'invitationRefused' });
});

describe('operators', () => {
  test('the first is who asks first, also of two at once, and that is so after a restart', async () => {
    const [one, two] = [await directory(), await directory()];
    const first = await Promise.all([one.becomeFirstOperator(person), two.becomeFirstOperator(other)]);
    expect(first.filter(Boolean)).toHaveLength(1);
    const [operator, stranger] = first[0] ? [person, other] : [other, person];
    await Promise.all(opened.splice(0).map((names) => names.close()));
    const after = await directory();
    expect(await after.becomeFirstOperator(stranger)).toBe(false);
    expect([await after.isOperator(operator), await after.isOperator(stranger)]).toEqual([true, false]);
  });

  test('are added and removed by hand; a node that has none takes the next', async () => {
    const names = await directory();
    await names.merge([owned('ann', person)]);
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
    const names = await directory();
    for (const [index, name] of ['cid', 'ann', 'ben'].entries()) {
      await names.merge([owned(name, String(index).repeat(32))]);
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

describe('records', () => {
  test('what is merged decides whose a name is, and says what changed', async () => {
    const names = await directory();
    const later = { name: 'ann', claims: [{ person, claimed: claimed(9), sure: false }] };
    expect(await names.merge([later])).toEqual([{ name: 'ann', before: undefined, after: person }]);
    const earlier = { name: 'ann', claims: [{ person: other, claimed: claimed(5), sure: false }] };
    expect(await names.merge([earlier])).toEqual([{ name: 'ann', before: person, after: other }]);
    expect(await names.merge([earlier])).toEqual([]);
    expect(await names.lookup('ann')).toBe(other);
    expect(await names.merge([{ name: 'ann', claims: [], released: { ms: 20, counter: 0 } }])).toEqual([
      { name: 'ann', before: other, after: undefined },
    ]);
    expect(await names.merge([later, earlier])).toEqual([]);
    expect(await names.list({ limit: 9 })).toEqual([]);
    // One that comes twice in one go counts as both.
    await names.merge([owned('ann', person, 30), owned('ann', other, 25)]);
    expect((await names.record('ann'))?.claims.map((claim) => claim.person)).toEqual([other, person]);
  });

  test('pages hold all in order', async () => {
    const names = await directory();
    const all = Array.from({ length: 30 }, (_, n) => `name-${n}`);
    await names.merge(all.map((name) => owned(name, person)));
    const found: string[] = [];
    for (let after = ''; ; ) {
      const page = await names.page(after, 7);
      if (page.length === 0) break;
      found.push(...page.map(({ name }) => name));
      after = page.at(-1)?.name ?? '';
    }
    expect(found).toEqual([...all].sort());
  });

  test('names of the earliest version are claims that are sure, and of later ones stay as they are', async () => {
    const file = join(folder.path, 'a.sqlite');
    const { DatabaseSync } = await import('node:sqlite');
    await (await directory()).merge([owned('ann', person)]);
    await Promise.all(opened.splice(0).map((names) => names.close()));
    const change = (statements: string) => {
      const sqlite = new DatabaseSync(file);
      sqlite.exec(statements);
      sqlite.close();
    };
    change(`DELETE FROM kysely_migration WHERE name IN ('005-no-buckets', '006-kept-keys');
      DROP TABLE kept_key;
      ALTER TABLE name_record ADD COLUMN bucket integer NOT NULL DEFAULT 3;
      CREATE INDEX name_record_bucket ON name_record (bucket, name)`);
    expect(await (await directory()).record('ann')).toEqual(owned('ann', person));
    await Promise.all(opened.splice(0).map((names) => names.close()));
    change(`DROP TABLE name_record; DROP TABLE kept_key;
      DELETE FROM kysely_migration WHERE name IN ('004-name-records', '005-no-buckets', '006-kept-keys')`);
    const names = await directory();
    expect(await names.record('ann')).toEqual({
      name: 'ann',
      claims: [{ person, claimed: claimed(1, ''), sure: true }],
    });
    expect(await names.lookup('ann')).toBe(person);
  });
});
