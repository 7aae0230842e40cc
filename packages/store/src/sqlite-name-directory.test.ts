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
