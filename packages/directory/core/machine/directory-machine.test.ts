import type { DirectoryCommand, DirectoryContent, DirectoryResult, KeptKey, NameRecord } from '@bothy/wire';
import { expect, test } from 'vitest';
import { DirectoryMachine, emptyContent } from './directory-machine.ts';

const at = (ms: number) => ({ ms, counter: 0 });
const claimName = (person: string, ms = 1, name = 'storm'): DirectoryCommand => ({
  kind: 'claimName',
  name,
  person,
  at: at(ms),
  node: 'a',
});
const release = (ms: number): DirectoryCommand => ({ kind: 'releaseName', name: 'storm', at: at(ms) });
const claimRoom = (room: string, administrator: string, epoch = 1, creation = ''): DirectoryCommand => ({
  kind: 'claimRoom',
  claim: { room, administrator, epoch, creation },
});
const claimHome = (edge: string, node: string): DirectoryCommand => ({
  kind: 'claimHome',
  edge,
  node,
  atMs: 5,
});
const moveHome = (edge: string, to: string, epoch: number): DirectoryCommand => ({
  kind: 'moveHome',
  edge,
  to,
  epoch,
  atMs: 6,
});
const keepOut = (person: string, epoch = 0, by = 'ops'): DirectoryCommand => {
  return { kind: 'keepOut', person, name: `name-of-${person}`, by, epoch, atMs: 5 };
};
const letIn = (person: string, epoch = 1): DirectoryCommand => {
  return { kind: 'letIn', person, by: 'ops', epoch, atMs: 6 };
};
const keyOf = (person: string, change: Partial<KeptKey> = {}): KeptKey => {
  return { person, name: `name-of-${person}`, isOut: true, epoch: 1, by: 'ops', atMs: 5, ...change };
};
const takeIn = (content: Partial<DirectoryContent>): DirectoryCommand => ({
  kind: 'takeIn',
  node: 'z',
  from: 'directory-of-z',
  content: { ...emptyContent, ...content },
});
const answers = (machine: DirectoryMachine, ...commands: DirectoryCommand[]): DirectoryResult[] =>
  commands.map((command) => machine.apply(command));
const kinds = (machine: DirectoryMachine, ...commands: DirectoryCommand[]): string[] =>
  answers(machine, ...commands).map(({ kind }) => kind);

test('[DR1] a name is who claimed it first, however often anybody asks', () => {
  const machine = new DirectoryMachine();
  const told = answers(machine, claimName('ann'), claimName('ben', 0), claimName('ann', 9));
  expect(told).toEqual([{ kind: 'bound' }, { kind: 'taken', by: 'ann' }, { kind: 'bound' }]);
  expect(machine.name('storm')?.claims).toEqual([
    { person: 'ann', claimed: { at: at(1), node: 'a' }, sure: true },
  ]);
});

test('[DR1] what a node had granted alone is sure once its person asks the directory', () => {
  const claim = (person: string, ms: number, sure: boolean) => ({
    person,
    claimed: { at: at(ms), node: 'b' },
    sure,
  });
  const record: NameRecord = { name: 'storm', claims: [claim('ann', 3, false), claim('ben', 4, false)] };
  const machine = new DirectoryMachine({ ...emptyContent, names: [record] });
  expect(kinds(machine, claimName('ben', 9), claimName('ann', 9))).toEqual(['taken', 'bound']);
  expect(machine.name('storm')?.claims).toEqual([claim('ann', 3, true), claim('ben', 4, false)]);
});

test('[DR2] a released name is free, also to a claim whose clock is behind', () => {
  const machine = new DirectoryMachine();
  const told = answers(machine, claimName('ann', 50), release(2), claimName('ben', 1), claimName('ann', 99));
  expect(told.slice(1)).toEqual([
    { kind: 'released', was: 'ann' },
    { kind: 'bound' },
    { kind: 'taken', by: 'ben' },
  ]);
});

test('[DR2] a release that comes twice leaves what was claimed between', () => {
  const machine = new DirectoryMachine();
  answers(machine, claimName('ann', 1), release(5), claimName('ben', 2));
  expect(answers(machine, release(5), release(4))).toEqual([
    { kind: 'released', was: null },
    { kind: 'released', was: null },
  ]);
  expect(answers(machine, claimName('ann', 9))).toEqual([{ kind: 'taken', by: 'ben' }]);
  expect(answers(machine, release(10))).toEqual([{ kind: 'released', was: 'ben' }]);
  expect(answers(new DirectoryMachine(), release(1))).toEqual([{ kind: 'released', was: null }]);
});

test('[DR3] a room is ordered by who claimed it, until a higher epoch', () => {
  const machine = new DirectoryMachine();
  const first = { room: 'r', administrator: 'a', epoch: 2, creation: '' };
  expect(answers(machine, claimRoom('r', 'a', 2), claimRoom('r', 'a', 1), claimRoom('r', 'b', 2))).toEqual([
    { kind: 'claimed' },
    { kind: 'claimed' },
    { kind: 'roomTaken', by: first },
  ]);
  expect(machine.room('r')).toEqual(first);
  expect(kinds(machine, claimRoom('r', 'b', 3), claimRoom('r', 'a', 2))).toEqual(['claimed', 'roomTaken']);
  expect(machine.room('r')).toEqual({ ...first, administrator: 'b', epoch: 3 });
});

test('[DR4] one room of a creation, which a second one is told of, and another one once that is buried', () => {
  const machine = new DirectoryMachine();
  const first = { room: 'c1', administrator: 'a', epoch: 1, creation: 'c' };
  const told = answers(machine, claimRoom('c1', 'a', 1, 'c'), claimRoom('c2', 'b', 1, 'c'));
  expect(told).toEqual([{ kind: 'claimed' }, { kind: 'roomTaken', by: first }]);
  const after = [claimRoom('c1', 'a', 1, 'c'), { kind: 'buryRoom', room: 'c1', epoch: 1 } as const];
  expect(kinds(machine, ...after, claimRoom('c2', 'b', 1, 'c'))).toEqual(['claimed', 'done', 'claimed']);
  const second = { ...first, room: 'c2', administrator: 'b' };
  expect(answers(machine, claimRoom('c3', 'a', 1, 'c'))).toEqual([{ kind: 'roomTaken', by: second }]);
  expect(kinds(machine, claimRoom('x', 'a'), claimRoom('y', 'b'))).toEqual(['claimed', 'claimed']);
});

test('[DR5] a buried room never comes back', () => {
  const machine = new DirectoryMachine();
  const bury = (epoch: number): DirectoryCommand => ({ kind: 'buryRoom', room: 'r', epoch });
  answers(machine, claimRoom('r', 'a'), bury(3), bury(1));
  expect(machine.content().buried).toEqual([{ room: 'r', epoch: 3 }]);
  const claim = { room: 'r', administrator: 'b', epoch: 9, creation: '' };
  expect(kinds(machine, claimRoom('r', 'b', 9), takeIn({ rooms: [claim] }))).toEqual(['roomBuried', 'done']);
  expect([machine.room('r'), machine.isBuried('r')]).toEqual([undefined, true]);
});

test('[DR5] what a newcomer knows to be buried goes here too', () => {
  const machine = new DirectoryMachine();
  answers(machine, claimRoom('r', 'a', 1, 'c'), takeIn({ buried: [{ room: 'r', epoch: 1 }] }));
  expect(machine.room('r')).toBeUndefined();
  expect(kinds(machine, claimRoom('z', 'b', 1, 'c'))).toEqual(['claimed']);
});

test('[DR6] the first claim of an edge makes its home', () => {
  const machine = new DirectoryMachine();
  const home = { v: 1, edge: 'e', home: 'a', epoch: 1, claimedMs: 5 };
  expect(answers(machine, claimHome('e', 'a'), claimHome('e', 'b'))).toEqual([
    { kind: 'home', home },
    { kind: 'home', home },
  ]);
  const forget: DirectoryCommand = { kind: 'forgetHome', edge: 'e' };
  expect(kinds(machine, forget, forget, claimHome('e', 'b'))).toEqual(['done', 'done', 'home']);
  expect(machine.home('e')?.home).toBe('b');
});

test('[DR7] of two moves one is refused, and the same one again is answered as before', () => {
  const machine = new DirectoryMachine();
  answers(machine, claimHome('e', 'a'));
  const home = { v: 1, edge: 'e', home: 'b', epoch: 2, claimedMs: 6 };
  expect(answers(machine, moveHome('e', 'b', 1), moveHome('e', 'c', 1), moveHome('e', 'b', 1))).toEqual([
    { kind: 'home', home },
    { kind: 'homeMoved', home },
    { kind: 'home', home },
  ]);
  expect(answers(machine, moveHome('e', 'b', 2))).toEqual([{ kind: 'home', home }]);
  expect(answers(machine, moveHome('none', 'b', 1))).toEqual([{ kind: 'home', home: null }]);
});

test('[DR7] an epoch that cannot rise is said to be too high', () => {
  const homes = [{ v: 1 as const, edge: 'e', home: 'a', epoch: Number.MAX_SAFE_INTEGER, claimedMs: 0 }];
  const machine = new DirectoryMachine({ ...emptyContent, homes });
  expect(kinds(machine, moveHome('e', 'b', Number.MAX_SAFE_INTEGER))).toEqual(['full']);
});

test('[DR8] the edges of a node that went are spread, and the others stay', () => {
  const machine = new DirectoryMachine();
  const edges = Array.from({ length: 90 }, (_, index) => `edge-${index}`);
  answers(machine, ...edges.map((edge, index) => claimHome(edge, ['a', 'b', 'c'][index % 3] ?? '')));
  const before = new Map(machine.homes().map((home) => [home.edge, home]));
  const removeNode = { kind: 'removeNode', node: 'c', nodes: ['d', 'a', 'b', 'c', 'a'], atMs: 9 } as const;
  const [removed] = answers(machine, removeNode);
  expect(removed?.kind === 'removed' && removed.moved.length).toBe(30);
  const loads = new Map<string, number>();
  for (const home of machine.homes()) {
    loads.set(home.home, (loads.get(home.home) ?? 0) + 1);
    const old = before.get(home.edge);
    if (old?.home !== 'c') expect(home).toEqual(old);
    else expect(home).toEqual({ ...old, home: home.home, epoch: 2, claimedMs: 9 });
  }
  expect(loads.has('c')).toBe(false);
  expect(loads.get('d')).toBeGreaterThan(0);
  for (const load of loads.values()) expect(load).toBeLessThanOrEqual(Math.ceil(1.25 * 30));
  expect(answers(machine, removeNode)).toEqual([{ kind: 'removed', moved: [] }]);
});

test('[DR8] with nobody left to have them, edges keep the home they had', () => {
  const machine = new DirectoryMachine();
  const removeNode = { kind: 'removeNode', node: 'a', nodes: ['a'], atMs: 9 } as const;
  expect(answers(machine, claimHome('e', 'a'), removeNode)[1]).toEqual({ kind: 'removed', moved: [] });
  expect(machine.home('e')?.home).toBe('a');
});

test('[DR13] whose key is kept out claims no name, and keeps none by asking again, until it is let in', () => {
  const machine = new DirectoryMachine();
  expect(kinds(machine, claimName('ben'), keepOut('ben'))).toEqual(['bound', 'key']);
  const told = kinds(machine, claimName('ben'), claimName('ben', 1, 'calm'), claimName('ann', 1, 'calm'));
  expect(told).toEqual(['keptOut', 'keptOut', 'bound']);
  expect(machine.key('ben')).toEqual(keyOf('ben'));
  expect(kinds(machine, letIn('ben'), claimName('ben'))).toEqual(['key', 'bound']);
  expect(machine.keys()).toEqual([keyOf('ben', { isOut: false, epoch: 2, atMs: 6 })]);
});

test('[DR13] the same command again changes nothing, and who is second is shown how it stands', () => {
  const machine = new DirectoryMachine();
  const out = { kind: 'key', key: keyOf('ben') };
  const isIn = { kind: 'key', key: keyOf('ben', { isOut: false, epoch: 2, atMs: 6 }) };
  expect(answers(machine, letIn('ben', 0), keepOut('ben', 3))).toEqual([
    { kind: 'key', key: null },
    { kind: 'key', key: null },
  ]);
  expect(answers(machine, keepOut('ben'), keepOut('ben', 0, 'eve'), keepOut('ben', 1, 'eve'))).toEqual([
    out,
    out,
    out,
  ]);
  // A command that was lost on the way, and comes after it was taken back.
  expect(answers(machine, letIn('ben'), keepOut('ben'), letIn('ben'), letIn('ben', 2))).toEqual([
    isIn,
    isIn,
    isIn,
    isIn,
  ]);
  expect(answers(machine, keepOut('ben', 2, 'eve'), letIn('ben', 1))).toEqual([
    { kind: 'key', key: keyOf('ben', { epoch: 3, by: 'eve' }) },
    { kind: 'key', key: keyOf('ben', { epoch: 3, by: 'eve' }) },
  ]);
});

test('[DR14] of two records of a key the one of more changes holds, of as many the one that keeps out', () => {
  const one = new DirectoryMachine();
  const other = new DirectoryMachine();
  answers(one, keepOut('ben'), letIn('ben'), keepOut('cid'), keepOut('dan'), letIn('dan'));
  answers(other, keepOut('ben'), keepOut('cid'), letIn('cid'), keepOut('cid', 2), letIn('eve'));
  const alike = { ...other.content(), keys: [keyOf('dan', { epoch: 2 })] };
  const [first, second] = [new DirectoryMachine(), new DirectoryMachine()];
  answers(first, takeIn(one.content()), takeIn(other.content()), takeIn(alike));
  answers(second, takeIn(alike), takeIn(other.content()), takeIn(one.content()));
  expect(second.keys()).toEqual(first.keys());
  expect(first.keys().map(({ person, isOut, epoch }) => [person, isOut, epoch])).toEqual([
    ['ben', false, 2],
    ['cid', true, 3],
    ['dan', true, 2],
  ]);
});

test('[DR17] a content that says nothing of keys keeps nobody out, and a directory without keys says nothing of them', () => {
  const machine = new DirectoryMachine(emptyContent);
  answers(machine, claimName('ann'), letIn('ann', 0));
  expect(Object.keys(machine.content())).toEqual(['names', 'rooms', 'buried', 'homes']);
  answers(machine, keepOut('ann'));
  machine.restore(emptyContent);
  expect([machine.key('ann'), machine.keys()]).toEqual([undefined, []]);
});

test('[DR10] at a limit the answer says which, and nothing changes', () => {
  const machine = new DirectoryMachine(emptyContent, { names: 1, rooms: 1, buried: 1, homes: 1, keys: 1 });
  const bury = (room: string): DirectoryCommand => ({ kind: 'buryRoom', room, epoch: 1 });
  answers(machine, claimName('ann'), claimRoom('r', 'a'), bury('gone'), claimHome('e', 'a'), keepOut('ben'));
  const before = machine.content();
  const name: NameRecord = { name: 'calm', claims: [] };
  const room = { room: 's', administrator: 'a', epoch: 1, creation: '' };
  const home = { v: 1 as const, edge: 'f', home: 'a', epoch: 1, claimedMs: 0 };
  const told = answers(
    machine,
    ...[claimName('ann', 1, 'calm'), claimRoom('s', 'a'), bury('r'), claimHome('f', 'a')],
    ...[takeIn({ names: [name], rooms: [{ ...room, room: 'r', epoch: 9 }] }), takeIn({ rooms: [room] })],
    ...[takeIn({ homes: [home] }), takeIn({ buried: [{ room: 's', epoch: 1 }] })],
    ...[keepOut('cid'), takeIn({ keys: [keyOf('cid')] })],
  );
  const said = told.map((result) => (result.kind === 'full' ? result.sentence : result.kind));
  for (const [index, word] of [
    'names',
    'rooms',
    'deleted',
    'edges',
    'names',
    'rooms',
    'edges',
    'deleted',
    'keys',
    'keys',
  ].entries()) {
    expect(said[index]).toMatch(new RegExp(`\\b1\\b.*${word}|${word}.*\\b1\\b|No more than 1 ${word}`));
  }
  expect(machine.content()).toEqual(before);
});

test('[DR10] who has something may go on with it at the limit', () => {
  const machine = new DirectoryMachine(emptyContent, { names: 1, rooms: 1, buried: 1, homes: 1, keys: 1 });
  answers(machine, claimName('ann'), claimRoom('r', 'a'), claimHome('e', 'a'), release(9));
  expect(kinds(machine, claimName('ben'), claimRoom('r', 'a', 2), moveHome('e', 'b', 1))).toEqual([
    'bound',
    'claimed',
    'home',
  ]);
  const bury: DirectoryCommand = { kind: 'buryRoom', room: 'r', epoch: 1 };
  expect(kinds(machine, bury, bury, claimRoom('s', 'a'))).toEqual(['done', 'done', 'claimed']);
  expect(kinds(machine, keepOut('cid'), letIn('cid'), keepOut('cid', 2))).toEqual(['key', 'key', 'key']);
  expect(machine.key('cid')).toMatchObject({ isOut: true, epoch: 3 });
});
