/** The judge of simulated directories finds what it is for, and shows it in lines that can be read. */
import type { DirectoryCommand } from '@bothy/wire';
import { expect, test } from 'vitest';
import { DirectoryMachine } from '../machine/directory-machine.ts';
import { type Asked, DirectoryHistory, type Told } from './directory-history.ts';

const creation = 'creationaaaaaaaa';
const claim = (node: string): DirectoryCommand => {
  const room = `${creation}${node}`.padEnd(20, 'a');
  return { kind: 'claimRoom', claim: { room, administrator: node, epoch: 1, creation } };
};
const bury = (node: string): DirectoryCommand => {
  return { kind: 'buryRoom', room: `${creation}${node}`.padEnd(20, 'a'), epoch: 1 };
};

/** One after the other, each answered at once unless its answer is undefined or `never`. */
function told(...all: readonly (readonly [string, Asked, (Told | 'never')?])[]): DirectoryHistory {
  let nowMs = 0;
  const history = new DirectoryHistory(() => nowMs);
  for (const [client, input, output] of all) {
    nowMs += 10;
    const settle = history.asked(client, input);
    nowMs += 1;
    if (output !== undefined) settle(output);
  }
  return history;
}

test('a claim that was acknowledged and is forgotten is shown by two lines', () => {
  const others = Array.from({ length: 20 }, (_, at): [string, Asked, Told] => [
    `n${at}`,
    { kind: 'look', name: `name-${at}` },
    { kind: 'owner', owner: null },
  ]);
  const history = told(...others, ['n1', claim('n1'), { kind: 'claimed' }], ...others, [
    'n2',
    claim('n2'),
    { kind: 'claimed' },
  ]);
  const [sentence, ...lines] = history.problem()?.split('\n') ?? [];
  expect(sentence).toBe('No order explains 2 of 2 operations up to the answer of n2 at 462.');
  expect(lines).toEqual([
    expect.stringMatching(
      /^ {2}230–231 n1 \{"kind":"claimRoom",.*"administrator":"n1".* → \{"kind":"claimed"\}$/,
    ),
    expect.stringMatching(
      /^ {2}461–462 n2 \{"kind":"claimRoom",.*"administrator":"n2".* → \{"kind":"claimed"\}$/,
    ),
  ]);
});

test('what was buried is not claimed again, and not by who asks late', () => {
  const first = ['n1', claim('n1'), { kind: 'claimed' }] as const;
  const buried = ['n1', bury('n1'), { kind: 'done' }] as const;
  expect(told(first, buried, ['n1', claim('n1'), { kind: 'roomBuried' }]).problem()).toBeUndefined();
  expect(told(first, buried, first).problem()).toMatch(/No order explains 3 of 3/);
});

test('what had no answer may have been carried out, and what was refused was not', () => {
  const taken: Told = { kind: 'roomTaken', by: { ...claimOf('n1') } };
  expect(told(['n1', claim('n1')], ['n2', claim('n2'), taken]).problem()).toBeUndefined();
  expect(told(['n1', claim('n1')], ['n2', claim('n2'), { kind: 'claimed' }]).problem()).toBeUndefined();
  expect(told(['n1', claim('n1'), 'never'], ['n2', claim('n2'), taken]).problem()).toMatch(/No order/);
});

test('a command that its node repeats may count twice, as often as a log has it', () => {
  const release: Asked = { kind: 'releaseName', name: 'hut', at: { ms: 5, counter: 0 } };
  const person = 'ann'.padEnd(32, 'a');
  const bind: Asked = { kind: 'claimName', name: 'hut', person, at: { ms: 1, counter: 0 }, node: 'n1' };
  const look = (owner: string | null): [string, Asked, Told] => [
    'n2',
    { kind: 'look', name: 'hut' },
    { kind: 'owner', owner },
  ];
  const twice = told(['n1', bind, { kind: 'bound' }], ['n1', release], look(null), look(person));
  expect(twice.problem()).toMatch(/No order/);
  for (const place of ['d 7 1', 'd 7 1', 'd 9 1']) twice.logged(place, bind as DirectoryCommand);
  expect(twice.problem()).toBeUndefined();
});

test('who removes a node moves its edges', () => {
  const machine = new DirectoryMachine();
  const commands: readonly (readonly [string, DirectoryCommand])[] = [
    ['n1', { kind: 'claimHome', edge: 'edge-1', node: 'n1', atMs: 1 }],
    ['n2', { kind: 'removeNode', node: 'n1', nodes: ['n2'], atMs: 2 }],
    ['n3', { kind: 'claimHome', edge: 'edge-1', node: 'n3', atMs: 3 }],
  ];
  const honest = commands.map(([client, command]) => [client, command, machine.apply(command)] as const);
  expect(told(...honest).problem()).toBeUndefined();
  // The last is told what was before the removal.
  const [first, removal, last] = honest;
  if (first === undefined || removal === undefined || last === undefined)
    throw new Error('unreachable: three');
  expect(told(first, removal, [last[0], last[1], first[2]]).problem()).toMatch(/No order explains 3 of 3/);
});

function claimOf(node: string) {
  const command = claim(node);
  if (command.kind !== 'claimRoom') throw new Error('unreachable: it is a claim');
  return command.claim;
}
