import { MerkleTree } from '@bothy/protocols';
import { BothyError } from '@bothy/wire';
import { type ClusterStatusAnswer, digestFanout } from '@bothy/wire/schemas';
import { describe, expect, test } from 'vitest';
import { compareCopies } from './compare-copies.ts';
import type { AskDigest } from './node-digests.ts';
import { exitCodeOf, reportLines } from './verify-lines.ts';
import { verifyRooms } from './verify-rooms.ts';

const room = 'a'.repeat(20);

/** A node that holds these entries, by seq; it counts what it is asked. */
function holding(entries: ReadonlyMap<number, string>, node = 'n1'): { ask: AskDigest; asked: () => number } {
  let asked = 0;
  const seqs = [...entries.keys()].sort((one, other) => one - other);
  const ask: AskDigest = async (about, { from, to, level } = { from: 1, to: 0, level: 3 }) => {
    asked += 1;
    if (seqs.length === 0) return undefined;
    const tree = new MerkleTree({ fanout: digestFanout, join: (at, parts) => `${at}${parts.join('|')}` });
    for (const seq of seqs) if (seq >= from && seq <= to) tree.set(about, seq, entries.get(seq) ?? '');
    const indexOf = (seq: number): number => Math.floor((seq - 1) / digestFanout ** level);
    const index = indexOf(from);
    const digests = Array.from({ length: Math.max(0, indexOf(to) - index + 1) }, (_, at) =>
      tree.digest({ key: about, level, index: index + at }),
    );
    return { node, room: about, base: (seqs[0] ?? 1) - 1, lastSeq: seqs.at(-1) ?? 0, index, level, digests };
  };
  return { ask, asked: () => asked };
}

const log = (to: number, from = 1): Map<number, string> =>
  new Map(Array.from({ length: to - from + 1 }, (_, at) => [from + at, `entry ${from + at}`]));

describe('two copies', () => {
  test('differences are found in slices of what one answer tells', async () => {
    const copy = log(10_000, 100);
    copy.set(4_096, 'other');
    copy.set(4_097, 'other');
    copy.delete(9_999);
    let compared = 0;
    const found = await compareCopies({
      room,
      log: holding(log(10_000)).ask,
      copy: holding(copy).ask,
      bounds: { from: 100, to: 10_000 },
      compared: (numbers) => {
        compared += numbers;
      },
    });
    expect(found).toEqual([
      { key: room, from: 4_096, to: 4_096, kind: 'differs' },
      { key: room, from: 4_097, to: 4_097, kind: 'differs' },
      { key: room, from: 9_999, to: 9_999, kind: 'onlyOurs' },
    ]);
    expect(compared).toBe(9_901);
  });

  test('equal copies are asked once for each slice', async () => {
    const one = holding(log(10_000));
    const other = holding(log(10_000));
    const bounds = { from: 1, to: 10_000 };
    expect(await compareCopies({ room, log: one.ask, copy: other.ask, bounds })).toEqual([]);
    expect([one.asked(), other.asked()]).toEqual([3, 3]);
  });

  test('what is seen once only is no difference: a text was being taken away', async () => {
    const changing = log(300);
    changing.set(7, 'not redacted yet');
    const { ask } = holding(changing);
    const copy: AskDigest = async (about, question) => {
      const answer = await ask(about, question);
      if (question?.level === 0) changing.set(7, 'entry 7');
      return answer;
    };
    const bounds = { from: 1, to: 300 };
    expect(await compareCopies({ room, log: holding(log(300)).ask, copy, bounds })).toEqual([]);
  });

  test('an answer about other ranges than were asked for is refused', async () => {
    const { ask } = holding(log(300));
    const copy: AskDigest = async (about, question) => {
      const answer = await ask(about, question);
      return answer === undefined ? undefined : { ...answer, index: answer.index + 20 };
    };
    const bounds = { from: 1, to: 300 };
    await expect(compareCopies({ room, log: ask, copy, bounds })).rejects.toThrow(/changed hands/);
  });
});

describe('a cluster', () => {
  const node = (id: string, health: 'up' | 'down' = 'up', webUrl = `http://${id}/`) => ({
    ...{ id, health, webUrl, version: '1', sessions: 0, rooms: 1, messagesPerSecond: 0 },
  });
  const status = (nodes: ClusterStatusAnswer['nodes']): ClusterStatusAnswer => ({
    self: 'n1',
    nodes,
    rooms: [{ id: room, name: 'Kitchen', administrator: 'n1', memberCount: 1, state: 'available' }],
    deletions: [],
  });
  const digestsAt =
    (nodes: Readonly<Record<string, AskDigest>>) =>
    (url: string): AskDigest =>
      nodes[new URL(url).hostname] ?? (async () => undefined);

  test('copies that end early are no difference, and one that goes further than the log is', async () => {
    const nodes = { n1: holding(log(30)).ask, n2: holding(log(20)).ask, n3: holding(log(33)).ask };
    const report = await verifyRooms({
      status: status([node('n1'), node('n2'), node('n3'), node('n4')]),
      digestsAt: digestsAt(nodes),
    });
    expect(exitCodeOf(report)).toBe(1);
    expect(reportLines(report)).toEqual([
      `Kitchen (${room}): n3 holds entries 31 to 33, which n1, which orders the room, has not.`,
      '1 room, 2 copies, 50 entries compared: not all are the same.',
      '1 copy ends earlier than the log, which is no fault: nobody reads it there now.',
    ]);
  });

  test('who is down, does not say where it is, or fails is named, and it ends with 2', async () => {
    const failing: AskDigest = async () => {
      throw new BothyError('node_unreachable', 'No node answers there.');
    };
    const report = await verifyRooms({
      status: status([node('n1'), node('n2'), node('n3', 'down'), node('n4', 'up', '')]),
      digestsAt: digestsAt({ n1: holding(log(3)).ask, n2: failing }),
    });
    expect(exitCodeOf(report)).toBe(2);
    expect(reportLines(report)).toEqual([
      'n3 could not be asked: It is down.',
      'n4 could not be asked: It does not say where it is reached.',
      'n2 could not be asked about Kitchen: No node answers there.',
      '1 room, 0 copies, 0 entries compared: no difference, but not everybody could be asked.',
    ]);
  });

  test('a copy whose log nobody shows is not taken for a good one', async () => {
    const report = await verifyRooms({
      status: status([node('n1', 'down'), node('n2')]),
      digestsAt: digestsAt({ n2: holding(log(3)).ask }),
    });
    expect(report.notAsked.map(({ reason }) => reason)).toContain(
      'n1, which orders the room, does not show it.',
    );
  });

  test('a private room that a node may hide from who asks is no room without a copy', async () => {
    const { nodes, rooms, ...rest } = status([node('n1'), node('n2'), node('n3')]);
    const secret = {
      ...rest,
      nodes,
      rooms: rooms.map((each) => ({ ...each, visibility: 'private' as const })),
    };
    const nothing = async () => undefined;
    const report = await verifyRooms({
      status: secret,
      digestsAt: digestsAt({
        n1: holding(log(3)).ask,
        n2: Object.assign(nothing.bind(null), { seesAll: () => false }),
        n3: Object.assign(nothing.bind(null), { seesAll: () => true }),
      }),
    });
    expect(report.notAsked).toEqual([
      { node: 'n2', room, reason: 'It shows private rooms to its operators only.' },
    ]);
    expect(exitCodeOf(report)).toBe(2);
  });

  test('many differences are told in part, and a room that is not there is refused', async () => {
    const copy = new Map([...log(100)].map(([seq, text]) => [seq, seq % 2 === 0 ? 'other' : text]));
    const options = {
      status: status([node('n1'), node('n2')]),
      digestsAt: digestsAt({ n1: holding(log(100)).ask, n2: holding(copy).ask }),
    };
    const lines = reportLines(await verifyRooms(options));
    expect(lines[20]).toBe('and 30 more places in Kitchen at n2.');
    await expect(verifyRooms({ ...options, room: 'b'.repeat(20) })).rejects.toThrow(/No room/);
  });
});
