import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { edgeSecretPattern, enrolmentCodePattern } from '@bothy/wire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqliteEdges } from './sqlite-edges.ts';

let folder: { readonly path: string; remove(): void };
let edges: SqliteEdges;
let file: string;
let nowMs = 1_000;
const wallMs = (): number => nowMs;
beforeEach(async () => {
  nowMs = 1_000;
  folder = temporaryFolder();
  file = join(folder.path, 'edges.sqlite');
  edges = await SqliteEdges.open({ file, node: 'n1', wallMs });
});
afterEach(async () => {
  await edges.close();
  folder.remove();
});

async function enrolled(edge: string): Promise<string> {
  const answer = await edges.enrol(edge, await edges.invite({ expiresMs: 2_000 }));
  if (!answer.ok) throw new Error(answer.why);
  return answer.secret;
}

test('a code enrols one edge once, whose secret is not kept', async () => {
  const code = await edges.invite({ expiresMs: 2_000 });
  expect(code).toMatch(enrolmentCodePattern);
  const answer = await edges.enrol('edge-1', code);
  if (!answer.ok) throw new Error(answer.why);
  expect(answer.secret).toMatch(edgeSecretPattern);
  expect(answer.enrolment).toMatchObject({ edge: 'edge-1', atMs: 1_000, by: 'n1' });
  expect(await edges.enrol('edge-2', code)).toEqual({ ok: false, why: 'codeRefused' });
  expect([edges.verify('edge-1', answer.secret), edges.isEnrolled('edge-1')]).toEqual([true, true]);
  expect(edges.verify('edge-2', answer.secret)).toBe(false);
  expect(edges.verify('edge-1', answer.secret.slice(0, -1))).toBe(false);
  expect(edges.verify('edge-1', '')).toBe(false);
  await edges.close();
  expect(readFileSync(file).includes(answer.secret)).toBe(false);
  expect(readFileSync(file).includes(code)).toBe(false);
  edges = await SqliteEdges.open({ file, node: 'n1', wallMs });
  expect(edges.verify('edge-1', answer.secret)).toBe(true);
});

test('a code expires, and one that names an edge is for that edge', async () => {
  const code = await edges.invite({ expiresMs: 2_000 });
  const named = await edges.invite({ edge: 'edge-1', expiresMs: 3_000 });
  expect(await edges.enrol('edge-2', named)).toEqual({ ok: false, why: 'codeRefused' });
  nowMs = 2_000;
  expect(await edges.enrol('edge-2', code)).toEqual({ ok: false, why: 'codeRefused' });
  expect(await edges.enrol('edge-1', named)).toMatchObject({ ok: true });
});

test('an edge that is enrolled is enrolled anew only by a code that names it', async () => {
  const first = await enrolled('edge-1');
  const code = await edges.invite({ expiresMs: 2_000 });
  expect(await edges.enrol('edge-1', code)).toEqual({ ok: false, why: 'taken' });
  expect(await edges.enrol('edge-2', code)).toMatchObject({ ok: true });
  const anew = await edges.enrol('edge-1', await edges.invite({ edge: 'edge-1', expiresMs: 2_000 }));
  if (!anew.ok) throw new Error(anew.why);
  expect([edges.verify('edge-1', first), edges.verify('edge-1', anew.secret)]).toEqual([false, true]);
});

test('one that is taken back opens nothing, also when the clock has gone back', async () => {
  const secret = await enrolled('edge-1');
  nowMs = 500;
  expect(await edges.revoke('edge-1')).toMatchObject({ hash: null, atMs: 1_001 });
  expect([edges.verify('edge-1', secret), edges.isEnrolled('edge-1')]).toEqual([false, false]);
  expect(await edges.revoke('edge-1')).toBeUndefined();
});

test('what other nodes state is taken over when it is later, and stays', async () => {
  const secret = await enrolled('edge-1');
  const [own] = edges.enrolments;
  if (own === undefined) throw new Error('none');
  expect(await edges.merge({ ...own, hash: null, atMs: own.atMs - 1, by: 'n2' })).toBe(false);
  expect(await edges.merge({ ...own, hash: null, by: 'n0' })).toBe(false);
  expect(edges.verify('edge-1', secret)).toBe(true);
  expect(await edges.merge({ ...own, edge: 'edge-9' })).toBe(true);
  expect(edges.verify('edge-9', secret)).toBe(true);
  expect(await edges.merge({ ...own, hash: null, by: 'n2' })).toBe(true);
  await edges.close();
  edges = await SqliteEdges.open({ file, node: 'n1', wallMs });
  expect([edges.isEnrolled('edge-1'), edges.isEnrolled('edge-9')]).toEqual([false, true]);
});

test('codes that wait are limited, and expired ones make room', async () => {
  for (let count = 0; count < 200; count += 1) await edges.invite({ expiresMs: 2_000 });
  await expect(edges.invite({ expiresMs: 2_000 })).rejects.toMatchObject({ code: 'limit_reached' });
  nowMs = 2_000;
  expect(await edges.invite({ expiresMs: 3_000 })).toMatch(enrolmentCodePattern);
});
