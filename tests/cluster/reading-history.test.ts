/** The judge of readings finds what it is for: each breach is planted in a history that is whole. */
import { expect, test } from 'vitest';
import { type HeardReading, type Look, ReadingHistory } from './stage/reading-history.ts';

const count = 200;
const reading = (seq: number, more: Partial<HeardReading> = {}): HeardReading => {
  const about = { edge: 'edge-1', boot: 3, sensor: 'temperature', isLate: false };
  return { ...about, seq, value: seq / 10, stampMs: seq * 100, ...more };
};
const all = Array.from({ length: count }, (_, at) => reading(at + 1));

/** Two nodes look now and then; the home says every second how far it is. */
function whole(heard: readonly HeardReading[] = all): ReadingHistory {
  const history = new ReadingHistory();
  for (const each of heard) history.heard('listener', each);
  // As after a reconnect: the same once more, and what was not acknowledged too.
  for (const each of all.slice(0, 20)) history.heard('listener', { ...each, isLate: true });
  for (let atMs = 1_000; atMs <= count * 100; atMs += 1_000)
    history.storedUpTo('edge-1', 3, 'temperature', atMs / 100 - 5, atMs);
  for (const node of ['n1', 'n2']) for (let at = 10; at <= count; at += 10) history.looked(look(node, at));
  return history;
}

/** All up to this number is there. */
function look(node: string, upTo: number, readings: Look['readings'] = all.slice(0, upTo)): Look {
  const atMs = upTo * 100;
  return { node, edge: 'edge-1', sensor: 'temperature', readings, calledMs: atMs, answeredMs: atMs + 20 };
}

test('a history that is whole has no breach, also where something is stored late', () => {
  expect(whole().problems({ isQuiet: true, isOrdered: true })).toEqual([]);
  const history = whole();
  history.looked(look('n1', 201, [...all, reading(201)]));
  expect(history.problems()).toEqual([]);
  const late = [
    ...all.slice(0, 50),
    ...all.slice(60),
    ...all.slice(50, 60).map((each) => ({ ...each, isLate: true })),
  ];
  expect(whole(late).problems({ isOrdered: true })).toEqual([]);
});

test.each<[string, () => ReadingHistory, string]>([
  [
    'a reading that was said to be stored and is lost',
    () => {
      const history = whole();
      history.looked(
        look(
          'n1',
          201,
          all.filter(({ seq }) => seq !== 77),
        ),
      );
      return history;
    },
    `No order explains 2 of 28 operations up to the answer of n1 at 20120.
  7700–9000 made edge-1/temperature@7700: 7.7
  20100–20120 n1 had nothing of edge-1/temperature@7700`,
  ],
  [
    'a reading that is there twice',
    () => {
      const history = whole();
      history.looked(look('n2', 201, [...all.slice(0, 30), ...all.slice(29)]));
      return history;
    },
    `No order explains 1 of 38 operations up to the answer of n2 at 20120.
  20100–20120 n2 had 3 and 3 of edge-1/temperature@3000`,
  ],
  [
    'a reading that one node had and another one has no more, though nobody said that it is stored',
    () => {
      const history = whole();
      const last = [...all, reading(201)];
      history.looked({ ...look('n1', 202, last), readings: last });
      history.looked({ ...look('n2', 203, all) });
      return history;
    },
    `No order explains 3 of 3 operations up to the answer of n2 at 20320.
  20200–20220 n1 had 20.1 of edge-1/temperature@20100
  20300–20320 n2 had nothing of edge-1/temperature@20100
  20100– made edge-1/temperature@20100: 20.1`,
  ],
  [
    'readings out of order',
    () => whole([...all.slice(0, 99), reading(101), reading(100), ...all.slice(101)]),
    `Causality is broken: 100 was read by somebody who knew what was written over it.
  99–99 made edge-1/temperature of start 3: 100
  100–100 made edge-1/temperature of start 3: 101
  299–299 listener had 101 of edge-1/temperature of start 3
  300–300 listener had 100 of edge-1/temperature of start 3`,
  ],
])('found: %s', (_, plant, told) => {
  expect(plant().problems({ isOrdered: true })).toEqual([told]);
});

test('found: two nodes that end with different readings', () => {
  const history = whole();
  history.looked(look('n2', 201, all.slice(0, 199)));
  expect(history.problems({ isQuiet: true })).toContain(
    'Replicas do not agree: n2 lacks edge-1/temperature@20000.',
  );
});
