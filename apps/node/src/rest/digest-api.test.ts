import { MerkleTree } from '@bothy/protocols';
import { httpRequest } from '@bothy/testkit';
import type { RoomEntry } from '@bothy/wire';
import { checkRoomDigest, digestFanout } from '@bothy/wire/schemas';
import { afterEach, expect, test } from 'vitest';
import { type DiskRooms, entryDigest } from '../rooms/room-digest.ts';
import { openRestStage, type RestStage, room } from './rest-stage.ts';

const entryAt = (seq: number, content: RoomEntry['content']): RoomEntry => ({
  ...{ epoch: 1, seq, author: 'a'.repeat(32), name: 'ana', sentAt: 1_000 + seq, key: `m${seq}` },
  content,
});
/** A copy that begins after 100, with more entries than one page of the store. */
const entries = Array.from({ length: 700 }, (_, at) => entryAt(101 + at, { kind: 'message', body: `${at}` }));
const rooms: DiskRooms = {
  stored: async (query) => {
    if (query.kind !== 'entries' || query.room === 'c'.repeat(20)) return { kind: 'entries', entries: [] };
    const all = entries.filter(({ seq }) => seq >= query.from && seq <= query.to);
    return { kind: 'entries', entries: query.last ? all.slice(-query.limit) : all.slice(0, query.limit) };
  },
};
const cellar = 'b2b3c4d5e6f7g2h3i4j5';

let stage: RestStage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function get(path: string, token?: string) {
  stage ??= await openRestStage({ rooms });
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const { status, text } = await httpRequest(`${stage.url}/api/v1/rooms/${path}`, { headers });
  return { status, json: JSON.parse(text) as Record<string, unknown> };
}

test('without an end it says how far the disk goes', async () => {
  const { status, json } = await get(`${room}/digest`);
  expect(status).toBe(200);
  expect(json).toMatchObject({ node: 'n1', room, base: 100, lastSeq: 800, digests: [] });
});

test('the digests of any range of any level are those of a tree over all entries in it', async () => {
  const { from, to } = { from: 150, to: 799 };
  for (const level of [0, 1, 2, 3]) {
    const { json } = await get(`${room}/digest?from=${from}&to=${to}&level=${level}`);
    const answer = checkRoomDigest(json);
    if (!answer.ok) throw new Error(answer.reason);
    const { index, digests } = answer.value;
    const size = digestFanout ** level;
    expect(index).toBe(Math.floor((from - 1) / size));
    expect(digests).toHaveLength(Math.floor((to - 1) / size) - index + 1);
    const wholly = digests.slice(1, -1);
    expect(new Set(wholly).size).toBe(wholly.length);
  }
  const { json } = await get(`${room}/digest?from=101&to=103&level=0`);
  expect(json.digests).toEqual(entries.slice(0, 3).map(entryDigest));
});

test('the order in which members were written changes nothing, and every member counts', () => {
  const one = entryAt(1, { kind: 'edit', target: 3, body: 'x' });
  const other = entryAt(1, { body: 'x', target: 3, kind: 'edit' });
  expect(entryDigest(other)).toBe(entryDigest(one));
  const changed: readonly Partial<RoomEntry>[] = [
    { epoch: 2 },
    { seq: 2 },
    { author: 'b'.repeat(32) },
    { name: 'ann' },
    { sentAt: 5 },
    { key: 'k' },
    { content: { kind: 'edit', target: 3, body: null } },
  ];
  const digests = changed.map((change) => entryDigest({ ...one, ...change }));
  expect(new Set([entryDigest(one), ...digests]).size).toBe(8);
  const withFiles = (names: readonly string[]): RoomEntry => {
    const file = { file: 'f', node: 'n1', type: 'text/plain', sizeBytes: 1 };
    return entryAt(1, { kind: 'message', body: '', attachments: names.map((name) => ({ ...file, name })) });
  };
  expect(entryDigest(withFiles(['a', 'b']))).not.toBe(entryDigest(withFiles(['b', 'a'])));
});

test('what is asked for is bounded, and must be whole', async () => {
  for (const query of ['from=1&to=4097', 'from=0&to=3', 'from=1&to=3&level=4', 'from=x&to=3']) {
    expect(await get(`${room}/digest?${query}`)).toMatchObject({
      status: 400,
      json: { code: 'bad_request' },
    });
  }
  expect((await get('nonsense/digest')).status).toBe(400);
});

test('a private room is for operators and members, and one that is not held here is told so', async () => {
  stage = await openRestStage({ rooms });
  const notFound = { status: 404, json: { code: 'room_not_found' } };
  expect(await get(`${cellar}/digest`)).toMatchObject(notFound);
  stage.answer = ({ actor }) =>
    actor.name === 'ben'
      ? { ok: true, value: { room: {} as never, members: [] } }
      : { ok: false, code: 'not_a_member', message: 'No.' };
  expect(await get(`${cellar}/digest`, await stage.tokenOf('eve'))).toMatchObject(notFound);
  expect(await get(`${cellar}/digest`, await stage.tokenOf('ben'))).toMatchObject({ status: 200 });
  expect(await get(`${cellar}/digest`, await stage.tokenOf('zoe', 'operator'))).toMatchObject({
    status: 200,
  });
  const nowhere = await get(`${'c'.repeat(20)}/digest`, await stage.tokenOf('zoe', 'operator'));
  expect(nowhere).toMatchObject(notFound);
});

test('the tree of the node is that of the textbook', () => {
  // So that a change of the fanout in one place only is seen.
  expect(new MerkleTree({ join: () => 'x' }).fanout).toBe(digestFanout);
});
