import { BothyError, type DirectoryCommand, type KeptKey, keyHoldsOver } from '@bothy/wire';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { DirectoryChange } from './directory-desk.ts';
import type { DirectoryHost } from './directory-host.ts';
import { loneDirectory } from './directory-stage.ts';
import { KeptKeys } from './kept-keys.ts';

const ben = 'b'.repeat(32);
const key: KeptKey = { person: ben, name: 'ben', isOut: true, epoch: 1, by: 'ann', atMs: 7 };

/** A disk in memory. */
class Disk {
  readonly keys = new Map<string, KeptKey>();
  isFull = false;

  async keptKeys(): Promise<KeptKey[]> {
    return [...this.keys.values()];
  }

  async mergeKeptKeys(keys: readonly KeptKey[]): Promise<void> {
    if (this.isFull) throw new BothyError('storage_failed', 'The disk is full.');
    for (const each of keys) {
      const known = this.keys.get(each.person);
      if (known === undefined || keyHoldsOver(each, known)) this.keys.set(each.person, each);
    }
  }
}

async function opened(desk: ConstructorParameters<typeof Object>[0], disk = new Disk()) {
  const keys = await KeptKeys.open({
    node: 'n1',
    local: disk,
    desk: desk as DirectoryHost,
    log: pino({ enabled: false }),
    wallMs: () => 7,
  });
  const ended: string[] = [];
  return { keys, disk, ended, listen: () => keys.onKeptOut((person) => ended.push(person)) };
}

test('who is kept out is known at once, is on the disk, and comes back only when let in', async () => {
  const desk = await loneDirectory('n1');
  const { keys, disk, ended, listen } = await opened(desk);
  listen();
  await keys.keepOut(ben, 'ben', 'ann');
  expect([keys.isOut(ben), ended, keys.out]).toEqual([true, [ben], [key]]);
  expect(disk.keys.get(ben)).toEqual(key);
  // Twice, as a saga does after a crash.
  await keys.keepOut(ben, 'ben', 'ann');
  expect([keys.key(ben), ended.length]).toEqual([key, 1]);
  expect(await keys.letIn(ben, 'eve')).toEqual({ ...key, isOut: false, epoch: 2, by: 'eve' });
  expect([keys.isOut(ben), keys.out, disk.keys.get(ben)?.isOut]).toEqual([false, [], false]);
  await keys.keepOut(ben, 'ben', 'ann');
  expect([keys.key(ben)?.epoch, ended.length]).toEqual([3, 2]);
  expect(await keys.letIn('c'.repeat(32), 'ann')).toBeUndefined();
});

test('what other nodes decide ends sessions here, and what nobody could hear yet is said once somebody listens', async () => {
  const desk = await loneDirectory('n1');
  const { keys, ended, listen } = await opened(desk);
  const command: DirectoryCommand = {
    kind: 'keepOut',
    person: ben,
    name: 'ben',
    by: 'ann',
    epoch: 0,
    atMs: 7,
  };
  await desk.command(command);
  expect([keys.isOut(ben), ended]).toEqual([true, []]);
  listen();
  expect(ended).toEqual([ben]);
  const content = { names: [], rooms: [], buried: [], homes: [], keys: [{ ...key, person: 'd'.repeat(32) }] };
  await desk.command({ kind: 'takeIn', node: 'n2', from: 'd', content });
  expect(ended).toEqual([ben, 'd'.repeat(32)]);
});

test('a start knows from its disk who is kept out, while the directory says nothing yet', async () => {
  const disk = new Disk();
  await disk.mergeKeptKeys([key]);
  const { keys, ended, listen } = await opened(
    { command: () => new Promise(() => {}), key: () => undefined, keys: () => [], onChanged: () => () => {} },
    disk,
  );
  listen();
  expect([keys.isOut(ben), ended]).toEqual([true, []]);
});

test('what is on the disk and not in the directory is brought into it; what is there and holds is taken', async () => {
  const desk = await loneDirectory('n1');
  await expect.poll(() => desk.view?.state).toBe('ready');
  const disk = new Disk();
  await disk.mergeKeptKeys([{ ...key, epoch: 3 }]);
  const listeners: ((change: DirectoryChange) => void)[] = [];
  const heard = desk.onChanged.bind(desk);
  desk.onChanged = (listener) => {
    listeners.push(listener);
    return heard(listener);
  };
  const { keys } = await opened(desk, disk);
  for (const tell of listeners) tell({ kind: 'standing' });
  await expect.poll(() => desk.key(ben)?.epoch).toBe(3);
  expect(await keys.letIn(ben, 'ann')).toMatchObject({ isOut: false, epoch: 4 });
  expect(disk.keys.get(ben)).toMatchObject({ isOut: false, epoch: 4 });
});

test('an operator is heard whose disk knows better than the directory', async () => {
  const desk = await loneDirectory('n1');
  const disk = new Disk();
  await disk.mergeKeptKeys([{ ...key, isOut: false, epoch: 6 }]);
  const { keys } = await opened(desk, disk);
  await keys.keepOut(ben, 'ben', 'ann');
  expect([keys.isOut(ben), desk.key(ben)?.epoch]).toEqual([true, 7]);
});

test('a disk that refuses it holds nobody up, and gets it with the next one', async () => {
  const desk = await loneDirectory('n1');
  const { keys, disk } = await opened(desk);
  disk.isFull = true;
  await keys.keepOut(ben, 'ben', 'ann');
  expect([keys.isOut(ben), disk.keys.size]).toEqual([true, 0]);
  disk.isFull = false;
  await keys.keepOut('c'.repeat(32), 'cid', 'ann');
  expect([...disk.keys.keys()].sort()).toEqual([ben, 'c'.repeat(32)]);
});

test('a full directory says so, and one that somebody else changes all the time is given up', async () => {
  const answers = (result: unknown) => ({
    command: async () => result,
    key: () => undefined,
    keys: () => [],
    onChanged: () => () => {},
  });
  const full = await opened(answers({ kind: 'full', sentence: 'No more than 1 key.' }));
  await expect(full.keys.keepOut(ben, 'ben', 'ann')).rejects.toMatchObject({
    code: 'limit_reached',
    message: 'No more than 1 key.',
  });
  const busy = await opened(answers({ kind: 'key', key: { ...key, isOut: false } }));
  await expect(busy.keys.keepOut(ben, 'ben', 'ann')).rejects.toMatchObject({ code: 'directory_unavailable' });
});
