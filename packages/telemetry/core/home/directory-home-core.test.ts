/** Homes that the directory of a cluster decides on. */
import type { EdgeHome } from '@bothy/wire';
import { parseEdgeHome } from '@bothy/wire/schemas';
import { expect, test } from 'vitest';
import { Directory, homeOf } from '../testing/home-directory.ts';
import { DirectoryHomeCore } from './directory-home-core.ts';
import type { HomeCommand, HomeConfig, HomeDirectoryAnswer, HomeInput, HomeOutput } from './messages.ts';
import type { HomeRecord } from './records.ts';

const now = { monoMs: 0, wallMs: 1_000 };
const unavailable = {
  ok: false,
  code: 'directory_unavailable',
  message: 'Nobody is there.',
  mayHappen: false,
} as const;

class Desk {
  readonly disk = new Map<string, HomeRecord>();
  readonly directory: Directory;
  readonly #config: HomeConfig;
  core: DirectoryHomeCore;
  outputs: HomeOutput[] = [];
  asked: HomeCommand[] = [];
  /** What is said instead of carrying a command out; null: nothing yet. */
  refuses: HomeDirectoryAnswer | null | undefined;

  constructor(node: string, directory = new Directory(), config: Partial<HomeConfig> = {}) {
    this.directory = directory;
    this.#config = { node, settleMs: 0, ...config };
    this.core = new DirectoryHomeCore(this.#config);
    this.step({ kind: 'start' });
  }

  step(input: HomeInput, at = now): this {
    const asked: Extract<HomeOutput, { kind: 'askDirectory' }>[] = [];
    for (const output of this.core.step(input, at)) {
      this.outputs.push(output);
      if (output.kind === 'askDirectory') asked.push(output);
      if (output.kind !== 'persist') continue;
      for (const write of output.writes) {
        if (write.kind === 'putHome') this.disk.set(write.home.edge, write.home);
        else this.disk.delete(write.edge);
      }
    }
    for (const { id, command } of asked) {
      this.asked.push(command);
      if (this.refuses === null) continue;
      const result = this.refuses ?? ({ ok: true, result: this.directory.do(command) } as const);
      this.step({ kind: 'directoryAnswered', id, result }, at);
    }
    return this;
  }

  /** What the directory has by now, or with a list what has changed. */
  hear(homes?: readonly EdgeHome[], gone: readonly string[] = []): this {
    const all = homes ?? [...this.directory.homes.values()];
    return this.step({ kind: 'directorySays', whole: homes === undefined, homes: all, gone });
  }

  restart(): this {
    this.core = new DirectoryHomeCore(this.#config, { homes: [...this.disk.values()] });
    return this.step({ kind: 'start' });
  }

  again(): this {
    return this.step({ kind: 'timer', key: 'again' });
  }

  /** What it did since the last time, writes, timers and questions left out. */
  take(): readonly string[] {
    return this.outputs.splice(0).flatMap((each) => {
      if (each.kind === 'publish') return [`says ${said(each)}`];
      if (each.kind === 'gained') return ['gained'];
      if (each.kind === 'lost') return [`lost to ${each.home ?? 'nobody'}`];
      if (each.kind === 'answer')
        return [each.result.ok ? `moved to ${each.result.home.home}` : each.result.code];
      return each.kind === 'refused' ? ['refused'] : [];
    });
  }
}

function said({ payload, topic }: Extract<HomeOutput, { kind: 'publish' }>): string {
  if (payload === '') return 'none';
  const parsed = parseEdgeHome(payload, { edge: topic.split('/')[1] ?? '' });
  if (!parsed.ok) throw new Error(parsed.reason);
  return `${parsed.value.home} ${parsed.value.epoch}`;
}

test('[TH9] an edge without a home is claimed in the directory, once; what that says is kept, and then said', () => {
  const desk = new Desk('b').step({ kind: 'heard', edge: 'e' }).step({ kind: 'heard', edge: 'e' });
  expect(desk.asked).toEqual([{ kind: 'claimHome', edge: 'e', node: 'b', atMs: 1_000 }]);
  const kinds = desk.outputs.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind !== 'askDirectory')).toEqual(['persist', 'publish', 'gained']);
  expect([desk.take(), desk.core.isHome('e')]).toEqual([['says b 1', 'gained'], true]);
  expect(desk.disk.get('e')).toEqual({ ...homeOf('e', 'b'), agreed: true });
  // The directory tells of it, and our own word comes back.
  expect(
    desk
      .hear([homeOf('e', 'b')])
      .step({ kind: 'claim', home: homeOf('e', 'b') })
      .take(),
  ).toEqual([]);
});

test('[TH9] of two nodes that hear an edge one is its home, and the other knows it', () => {
  const one = new Desk('a');
  const two = new Desk('b', one.directory);
  one.step({ kind: 'heard', edge: 'e' });
  two.step({ kind: 'heard', edge: 'e' });
  expect([one.take(), two.take()]).toEqual([['says a 1', 'gained'], ['lost to a']]);
  expect(two.core.homeOf('e')).toMatchObject({ home: 'a' });
  expect([one.core.homes().length, two.core.homes().length]).toEqual([1, 1]);
});

test('[TH10] while the directory does not answer an edge waits for its home, and others go on with theirs', () => {
  const desk = new Desk('b').step({ kind: 'heard', edge: 'old' });
  desk.take();
  desk.refuses = unavailable;
  desk.step({ kind: 'heard', edge: 'e' }).step({ kind: 'heard', edge: 'e' });
  expect([desk.core.homeOf('e'), desk.core.isHome('old'), desk.asked.length]).toEqual([undefined, true, 2]);
  desk.again();
  expect(desk.asked.length).toBe(3);
  desk.refuses = undefined;
  expect(desk.again().take()).toEqual(['says b 1', 'gained']);
  expect(desk.restart().core.isHome('e')).toBe(true);
});

test('[TH10] edges that wait are bounded, and asked for a few at a time', () => {
  const desk = new Desk('b');
  desk.refuses = null;
  for (let count = 0; count < 1_200; count++) desk.step({ kind: 'heard', edge: `e${count}` });
  expect([desk.asked.length, desk.take()]).toEqual([32, ['refused']]);
});

test('[TH7] homes are known up to a limit here, and up to one of the directory', () => {
  const desk = new Desk('b', new Directory(), { mostEdges: 2 });
  for (const edge of ['e', 'f', 'g']) desk.step({ kind: 'heard', edge });
  expect([desk.core.homes().length, desk.take().includes('refused')]).toEqual([2, true]);
  const full = new Desk('b');
  full.refuses = { ok: true, result: { kind: 'full', sentence: 'No more fit.' } };
  expect(full.step({ kind: 'heard', edge: 'e' }).take()).toEqual(['refused']);
});

test('[TH11] an operator moves an edge through the directory, at any node', () => {
  const [from, other] = [new Desk('a'), new Desk('b')];
  const to = new Desk('c', from.directory);
  from.step({ kind: 'heard', edge: 'e' });
  from.take();
  to.hear();
  to.take();
  expect(to.step({ kind: 'move', id: 'm', edge: 'e', to: 'c' }).take()).toEqual([
    'says c 2',
    'gained',
    'moved to c',
  ]);
  expect(from.hear([homeOf('e', 'c', 2)]).take()).toEqual(['lost to c']);
  expect(from.step({ kind: 'move', id: 'n', edge: 'e', to: 'c' }).take()).toEqual(['moved to c']);
  expect(from.step({ kind: 'move', id: 'o', edge: 'e', to: 'no node' }).take()).toEqual(['bad_request']);
  expect(other.step({ kind: 'move', id: 'p', edge: 'e', to: 'a' }).take()).toEqual(['not_found']);
  // To somebody who may be away and says nothing: so who moves it does.
  expect(from.step({ kind: 'move', id: 'q', edge: 'e', to: 'd' }).take()).toEqual([
    'says d 3',
    'lost to d',
    'moved to d',
  ]);
});

test('[TH11] a move that the directory refuses is refused with its words, and one of two at once', () => {
  const desk = new Desk('a').step({ kind: 'heard', edge: 'e' });
  desk.take();
  desk.refuses = { ...unavailable, mayHappen: true };
  desk.step({ kind: 'move', id: 'm', edge: 'e', to: 'b' });
  expect(desk.outputs.at(-1)).toMatchObject({ result: { code: 'directory_unavailable' } });
  expect(JSON.stringify(desk.outputs.at(-1))).toContain('may still be moved');
  desk.take();
  desk.refuses = undefined;
  desk.directory.do({ kind: 'moveHome', edge: 'e', to: 'c', epoch: 1, atMs: 5 });
  expect(desk.step({ kind: 'move', id: 'n', edge: 'e', to: 'b' }).take()).toEqual([
    'says c 2',
    'lost to c',
    'bad_request',
  ]);
  desk.directory.homes.clear();
  expect(desk.step({ kind: 'move', id: 'o', edge: 'e', to: 'b' }).take()).toEqual(['not_found']);
  desk.refuses = null;
  desk.step({ kind: 'heard', edge: 'f' }).hear([homeOf('f', 'a')]);
  for (let count = 0; count < 101; count++) desk.step({ kind: 'move', id: `${count}`, edge: 'f', to: 'b' });
  expect(desk.take().at(-1)).toBe('rate_limited');
});

test('[TH12] what the directory says of homes holds, whatever was known: a move, a node that was removed, an end', () => {
  const desk = new Desk('b').hear([homeOf('e', 'a'), homeOf('f', 'b')]);
  expect(desk.take()).toEqual(['lost to a', 'says b 1', 'gained']);
  expect(desk.hear([homeOf('e', 'b', 2)]).take()).toEqual(['says b 2', 'gained']);
  expect(desk.hear([], ['f', 'unknown']).take()).toEqual(['lost to nobody']);
  expect([...desk.disk.keys()]).toEqual(['e']);
});

test('[TH12] words on the topic decide nothing; what a broker has kept of before is said anew', () => {
  const desk = new Desk('b', new Directory(), { settleMs: 3_000 }).hear([homeOf('e', 'b', 2)]);
  desk.take();
  expect(desk.step({ kind: 'claim', home: homeOf('x', 'c') }).core.homeOf('x')).toBeUndefined();
  expect(desk.step({ kind: 'claim', home: homeOf('e', 'c', 1) }).take()).toEqual(['says b 2']);
  expect(desk.step({ kind: 'claim', home: homeOf('e', 'c', 9) }).take()).toEqual([]);
  expect([desk.core.isHome('e'), desk.step({ kind: 'claimGone', edge: 'e' }).take()]).toEqual([
    true,
    ['says b 2'],
  ]);
  // After a connection, what was not heard is said.
  desk.step({ kind: 'connected' });
  expect(desk.step({ kind: 'timer', key: 'settle' }).take()).toEqual(['says b 2']);
  desk.step({ kind: 'connected' }).step({ kind: 'claim', home: homeOf('e', 'b', 2) });
  expect(desk.step({ kind: 'timer', key: 'settle' }).take()).toEqual([]);
});

test('[TH13] a home that a start knows, and the directory not yet, goes on, and is asked about: nothing is made of it', () => {
  const desk = new Desk('b').step({ kind: 'heard', edge: 'e' }).step({ kind: 'heard', edge: 'f' });
  desk.directory.homes.delete('f');
  const { homes } = desk.directory;
  const kept = [...homes];
  homes.clear();
  desk.refuses = unavailable;
  desk.restart().hear();
  desk.take();
  expect([desk.core.isHome('e'), desk.core.isHome('f')]).toEqual([true, true]);
  for (const [edge, home] of kept) homes.set(edge, home);
  desk.refuses = undefined;
  expect(desk.again().take()).toEqual(['lost to nobody']);
  expect([desk.core.isHome('e'), desk.core.homeOf('f')]).toEqual([true, undefined]);
  expect([...homes.keys()]).toEqual(['e']);
});

test('[TH13] a home that the directory moved on from, as a start knows that has not caught up, is asked about and not taken', () => {
  const desk = new Desk('b').step({ kind: 'heard', edge: 'e' });
  const move = (to: string, epoch: number) =>
    void desk.directory.do({ kind: 'moveHome', edge: 'e', to, epoch, atMs: now.wallMs + epoch });
  const old = [...desk.directory.homes.values()];
  move('a', 1);
  move('b', 2);
  desk.hear();
  desk.refuses = unavailable;
  desk.restart().take();
  // It catches up entry by entry: nothing is lost and gained again on the way.
  desk.step({ kind: 'directorySays', whole: true, homes: old, gone: [] });
  expect(
    desk
      .hear([homeOf('e', 'a', 2)])
      .hear()
      .take(),
  ).toEqual([]);
  expect(desk.core.homeOf('e')).toMatchObject({ home: 'b', epoch: 3 });
  // Or it is another directory by now, in which nobody has moved it: its answer holds.
  desk.refuses = undefined;
  desk.directory.homes.set('e', homeOf('e', 'c', 1));
  desk.hear();
  expect(desk.again().core.homeOf('e')).toMatchObject({ home: 'c', epoch: 1 });
});

test('[TH13] homes that are older than the directory are told to it, others before as well, and its word holds', () => {
  const desk = new Desk('b');
  for (const home of [homeOf('e', 'b', 7, 10), homeOf('f', 'c', 2, 20), homeOf('g', 'b', 1, 30)])
    desk.disk.set(home.edge, home);
  desk.directory.do({ kind: 'claimHome', edge: 'g', node: 'a', atMs: 1 });
  desk.restart();
  desk.take();
  desk.step({ kind: 'directorySays', whole: true, homes: [], gone: [] });
  expect(desk.asked.at(1)).toEqual({ kind: 'claimHome', edge: 'f', node: 'c', atMs: 20 });
  expect(desk.core.homes().map(({ edge, home, epoch }) => `${edge} ${home} ${epoch}`)).toEqual([
    'e b 1',
    'f c 1',
    'g a 1',
  ]);
  expect([...desk.disk.values()].every(({ agreed }) => agreed === true)).toBe(true);
});

test('[TH14] an edge that is taken out has no home until it is heard again, however late the directory hears of that', () => {
  const desk = new Desk('a').step({ kind: 'heard', edge: 'e' });
  desk.take();
  desk.refuses = unavailable;
  expect(desk.step({ kind: 'forget', edge: 'e' }).take()).toEqual(['lost to nobody', 'says none']);
  // Older words of the directory do not bring it back.
  expect(desk.hear().core.homeOf('e')).toBeUndefined();
  desk.step({ kind: 'heard', edge: 'e' });
  desk.refuses = undefined;
  // First it is forgotten, then claimed.
  expect(desk.again().take()).toEqual(['says a 1', 'gained']);
  expect(desk.asked.slice(-2).map(({ kind }) => kind)).toEqual(['forgetHome', 'claimHome']);
  const other = new Desk('b', desk.directory);
  other.step({ kind: 'forget', edge: 'e' });
  expect(desk.directory.homes.size).toBe(0);
});

test('[TH14] a start that ends before the directory has heard of it leaves that to the next one', () => {
  const desk = new Desk('a').step({ kind: 'heard', edge: 'e' }).step({ kind: 'heard', edge: 'kept' });
  const { homes } = desk.directory;
  desk.refuses = unavailable;
  desk.step({ kind: 'forget', edge: 'e' }).restart();
  desk.take();
  // It is heard, and the directory names it, before that answers a question.
  desk
    .step({ kind: 'heard', edge: 'e' })
    .hear([...homes.values()])
    .hear();
  expect([desk.core.homeOf('e'), desk.core.isHome('kept'), desk.take()]).toEqual([undefined, true, []]);
  expect(homes.has('e')).toBe(true);
  desk.refuses = undefined;
  desk.again();
  expect([homes.has('e'), desk.disk.has('e'), desk.core.homeOf('e')]).toEqual([false, false, undefined]);
  expect(desk.step({ kind: 'heard', edge: 'e' }).take()).toEqual(['says a 1', 'gained']);
  expect(desk.restart().core.isHome('e')).toBe(true);
});

test('[TH14] what was carried out, and claimed anew while this node was off, is not taken out twice', () => {
  for (const [later, isLeft] of [
    [homeOf('e', 'b', 1, 5_000), true],
    // It was moved before the directory heard that it is to go.
    [homeOf('e', 'b', 2, 5_000), false],
  ] as const) {
    const desk = new Desk('a').step({ kind: 'heard', edge: 'e' });
    desk.refuses = unavailable;
    desk.step({ kind: 'forget', edge: 'e' });
    desk.refuses = undefined;
    desk.directory.homes.set('e', later);
    desk.restart().hear();
    expect([desk.directory.homes.has('e'), desk.core.homeOf('e')?.home]).toEqual(
      isLeft ? [true, 'b'] : [false, undefined],
    );
    expect(desk.disk.get('e')).toEqual(isLeft ? { ...later, agreed: true } : undefined);
  }
});
