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
