import { BothyError } from '@bothy/wire';
import { expect, test } from 'vitest';
import type { ReadFile } from '../rest/file-api.ts';
import { RemoteFileReader } from './remote-file-reader.ts';

const picture: ReadFile = {
  about: { room: 'r', name: 'hut.png', type: 'image/png' },
  content: new Uint8Array([1]),
};

/** Nodes that answer when they are told to. */
class Nodes {
  readonly asked: string[] = [];
  readonly #open = new Map<string, PromiseWithResolvers<ReadFile | undefined>>();
  readonly reader = new RemoteFileReader((node, file) => {
    const key = `${node}/${file}`;
    this.asked.push(key);
    const answer = Promise.withResolvers<ReadFile | undefined>();
    this.#open.set(key, answer);
    return answer.promise;
  });

  async answer(key: string, found: ReadFile | undefined | Error): Promise<void> {
    const open = this.#open.get(key);
    if (open === undefined) throw new Error(`${key} was not asked for`);
    this.#open.delete(key);
    if (found instanceof Error) open.reject(found);
    else open.resolve(found);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

const codeOf = (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => 'read',
    (error: unknown) => BothyError.from(error).code,
  );

test('a picture that a hundred look at is fetched once', async () => {
  const nodes = new Nodes();
  const all = Array.from({ length: 100 }, () => nodes.reader.read('b', 'f'));
  expect(nodes.asked).toEqual(['b/f']);
  await nodes.answer('b/f', picture);
  expect(new Set(await Promise.all(all))).toEqual(new Set([picture]));
});

test('a failure is told to all who waited, and the next one asks again', async () => {
  const nodes = new Nodes();
  const all = [nodes.reader.read('b', 'f'), nodes.reader.read('b', 'f')].map(codeOf);
  await nodes.answer('b/f', new BothyError('node_unreachable', 'b is away'));
  expect(await Promise.all(all)).toEqual(['node_unreachable', 'node_unreachable']);
  const again = nodes.reader.read('b', 'f');
  await nodes.answer('b/f', undefined);
  expect(await again).toBeUndefined();
  expect(nodes.asked).toEqual(['b/f', 'b/f']);
});

test('the same file name at another node is another file', async () => {
  const nodes = new Nodes();
  void nodes.reader.read('b', 'f');
  void nodes.reader.read('c', 'f');
  expect(nodes.asked).toEqual(['b/f', 'c/f']);
});

test('a node that hangs keeps eight fetches and the queue behind them, and no other node waits for it', async () => {
  const nodes = new Nodes();
  const slow = Array.from({ length: 33 }, (_each, at) => codeOf(nodes.reader.read('slow', `${at}`)));
  expect(nodes.asked).toHaveLength(8);
  expect(await slow[32]).toBe('rate_limited');
  const other = nodes.reader.read('b', 'f');
  await nodes.answer('b/f', picture);
  expect(await other).toEqual(picture);
  // Each that ends makes room for the one that waited longest.
  for (let at = 0; at < 32; at++) await nodes.answer(`slow/${at}`, picture);
  expect(await Promise.all(slow.slice(0, 32))).toEqual(Array.from({ length: 32 }, () => 'read'));
  void nodes.reader.read('slow', '32');
  expect(nodes.asked.filter((key) => key === 'slow/32')).toHaveLength(1);
});
