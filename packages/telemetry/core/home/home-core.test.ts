import { seededRandom } from '@bothy/protocols';
import type { EdgeHome } from '@bothy/wire';
import { parseEdgeHome } from '@bothy/wire/schemas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HomeCore } from './home-core.ts';
import type { HomeConfig, HomeInput, HomeOutput } from './messages.ts';
import type { HomeRecord } from './records.ts';

const now = { monoMs: 0, wallMs: 1_000 };

class Desk {
  readonly homes = new Map<string, HomeRecord>();
  readonly #config: HomeConfig;
  core: HomeCore;
  outputs: HomeOutput[] = [];

  constructor(node: string, config: Partial<HomeConfig> = {}) {
    this.#config = { node, settleMs: 0, ...config };
    this.core = new HomeCore(this.#config);
    this.step({ kind: 'start' });
  }

  step(input: HomeInput, at = now): this {
    for (const output of this.core.step(input, at)) {
      this.outputs.push(output);
      if (output.kind !== 'persist') continue;
      for (const write of output.writes) {
        if (write.kind === 'putHome') this.homes.set(write.home.edge, write.home);
        else this.homes.delete(write.edge);
      }
    }
    return this;
  }

  restart(): this {
    this.core = new HomeCore(this.#config, { homes: [...this.homes.values()] });
    return this.step({ kind: 'start' });
  }

  /** What it did since the last time, writes and timers left out. */
  take(): readonly string[] {
    const { outputs } = this;
    this.outputs = [];
    return outputs.flatMap((each) => {
      if (each.kind === 'publish')
        return [`says ${said(each)?.home ?? 'none'} ${said(each)?.epoch ?? ''}`.trim()];
      if (each.kind === 'gained' || each.kind === 'lost') return [each.kind];
      if (each.kind === 'answer') return [each.result.ok ? 'ok' : each.result.code];
      return each.kind === 'refused' ? ['refused'] : [];
    });
  }
}

function said({ payload }: Extract<HomeOutput, { kind: 'publish' }>): EdgeHome | undefined {
  if (payload === '') return undefined;
  const parsed = parseEdgeHome(payload, { edge: 'e' });
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

function claim(home: string, epoch: number, claimedMs = 1_000): HomeInput {
  return { kind: 'claim', home: { v: 1, edge: 'e', home, epoch, claimedMs } };
}

test('[TH1] the node that hears a new edge from a client of its own claims it, once, after it is kept', () => {
  const desk = new Desk('b').step({ kind: 'heard', edge: 'e' }).step({ kind: 'heard', edge: 'e' });
  expect(desk.outputs.map(({ kind }) => kind)).toEqual(['persist', 'publish', 'gained']);
  expect([desk.take(), desk.core.isHome('e'), desk.core.homeOf('other')]).toEqual([
    ['says b 1', 'gained'],
    true,
    undefined,
  ]);
  // Our own word comes back.
  expect(desk.step(claim('b', 1)).take()).toEqual([]);
});

test('[TH2] of two claims the higher epoch holds, then the earlier, then the lower id', () => {
  const desk = new Desk('b').step({ kind: 'heard', edge: 'e' });
  desk.take();
  expect(desk.step(claim('c', 1)).take()).toEqual(['says b 1']);
  expect(desk.step(claim('a', 1)).take()).toEqual(['lost']);
  expect(desk.step(claim('c', 1, 999)).take()).toEqual(['lost']);
  expect(desk.step(claim('z', 2, 5_000)).take()).toEqual(['lost']);
  expect(desk.step(claim('a', 1, 0)).take()).toEqual(['says z 2']);
  expect(desk.core.homeOf('e')).toMatchObject({ home: 'z', epoch: 2 });
});

test('[TH3] while claims of others may be on their way, none is made', () => {
  const desk = new Desk('b', { settleMs: 3_000 })
    .step({ kind: 'heard', edge: 'e' })
    .step({ kind: 'heard', edge: 'f' });
  expect(desk.take()).toEqual([]);
  desk.step(claim('a', 1)).step({ kind: 'timer', key: 'settle' });
  expect([desk.core.homeOf('e')?.home, desk.core.isHome('f')]).toEqual(['a', true]);
});

test('[TH4] a node that starts again is home of what it was, and says so; one that lost its disk is told by the broker', () => {
  const desk = new Desk('b').step({ kind: 'heard', edge: 'e' });
  desk.take();
  expect([desk.restart().take(), desk.core.isHome('e')]).toEqual([['says b 1'], true]);
  expect(new Desk('b').step(claim('b', 4)).take()).toEqual(['gained']);
});

test('[TH4] what was said without a connection, or lost by the broker, is said once there is one, and nothing else', () => {
  const desk = new Desk('b', { settleMs: 3_000 }).step({ kind: 'timer', key: 'settle' });
  desk.step({ kind: 'heard', edge: 'e' }).step({ kind: 'move', id: 'm', edge: 'e', to: 'c' });
  desk.take();
  desk.step({ kind: 'connected' }).step(claim('b', 1));
  expect(desk.take()).toEqual(['says c 2']);
  desk.step({ kind: 'timer', key: 'settle' });
  expect(desk.take()).toEqual(['says c 2']);
  desk
    .step({ kind: 'connected' })
    .step({ kind: 'claim', home: { v: 1, edge: 'e', home: 'c', epoch: 2, claimedMs: 1_000 } });
  expect(desk.step({ kind: 'timer', key: 'settle' }).take()).toEqual([]);
});

test('[TH5] an operator moves an edge, from any node; its old home loses it, its new one gains it', () => {
  const [from, to] = [new Desk('a'), new Desk('b')];
  from.step({ kind: 'heard', edge: 'e' });
  to.step(claim('a', 1));
  from.take();
  to.take();
  from.step({ kind: 'move', id: 'm', edge: 'e', to: 'b' });
  expect(from.take()).toEqual(['says b 2', 'lost', 'ok']);
  expect(to.step(claim('b', 2)).take()).toEqual(['gained']);
  expect(to.step({ kind: 'move', id: 'n', edge: 'e', to: 'b' }).take()).toEqual(['ok']);
  expect(to.step({ kind: 'move', id: 'o', edge: 'nobody', to: 'b' }).take()).toEqual(['not_found']);
  expect(to.step({ kind: 'move', id: 'p', edge: 'e', to: 'no node' }).take()).toEqual(['bad_request']);
  expect(to.step({ kind: 'move', id: 'q', edge: 'e', to: 'a' }).take()).toEqual(['says a 3', 'lost', 'ok']);
});

test('[TH6] an edge that is taken out has no home, anywhere, until it is heard again', () => {
  const [home, other] = [new Desk('a'), new Desk('b')];
  home.step({ kind: 'heard', edge: 'e' });
  other.step(claim('a', 1));
  home.take();
  expect(home.step({ kind: 'forget', edge: 'e' }).take()).toEqual(['says none', 'lost']);
  other.step({ kind: 'claimGone', edge: 'e' });
  expect([home.homes.size, other.homes.size]).toEqual([0, 0]);
  expect(other.step({ kind: 'heard', edge: 'e' }).core.isHome('e')).toBe(true);
  // Who is home is not gone because somebody emptied its topic.
  other.take();
  expect(other.step({ kind: 'claimGone', edge: 'e' }).take()).toEqual(['says b 1']);
  // What a directory was still to be told of before there was none is no home either.
  home.homes.set('e', { v: 1, edge: 'e', home: 'a', epoch: 1, claimedMs: 1, forgotten: true });
  expect(home.restart().core.homeOf('e')).toBeUndefined();
});

test('[TH7] homes are known up to a limit; more are refused, and said', () => {
  const desk = new Desk('b', { mostEdges: 2 });
  for (let i = 0; i < 1_500; i++) desk.step({ kind: 'heard', edge: `e${i}` });
  desk.step(claim('a', 1));
  expect(desk.homes.size).toBe(2);
  expect(desk.outputs.filter(({ kind }) => kind === 'refused').length).toBe(2);
});

test('[TH8] nodes that heard the same agree, in whatever order, and the broker keeps what holds', () => {
  fc.assert(
    fc.property(fc.nat(1e9), (seed) => {
      const random = seededRandom(`homes ${seed}`);
      const nodes = ['a', 'b', 'c', 'd'].map((id) => new Desk(id));
      // Each topic in order to each node; between nodes in any order.
      const queues = nodes.map((): HomeInput[] => []);
      let retained: HomeInput | undefined;
      const publish = (desk: Desk): void => {
        for (const output of desk.outputs.splice(0)) {
          const home = output.kind === 'publish' ? said(output) : undefined;
          if (home === undefined) continue;
          retained = { kind: 'claim', home };
          for (const queue of queues) queue.push(retained);
        }
      };
      const act = (isQuiet: boolean): void => {
        const at = random.below(nodes.length);
        const [desk, queue] = [nodes[at], queues[at]];
        const choice = random.below(isQuiet ? 4 : 10);
        const time = { monoMs: 0, wallMs: 1_000 + random.below(3) };
        const next = queue?.[0];
        if (choice < 4 && next !== undefined) {
          queue?.shift();
          desk?.step(next, time);
        } else if (choice < 6) desk?.step({ kind: 'heard', edge: 'e' }, time);
        else if (choice === 6) desk?.restart();
        else if (choice === 7)
          desk?.step({ kind: 'move', id: 'm', edge: 'e', to: 'abcd'.charAt(random.below(4)) }, time);
        if (desk !== undefined) publish(desk);
      };
      for (let i = 0; i < 60; i++) act(false);
      for (let i = 0; queues.some((queue) => queue.length > 0) && i < 5_000; i++) act(true);
      const known = nodes.map(({ core }) => core.homeOf('e'));
      if (known[0] === undefined) return;
      for (const each of known) expect(each).toEqual(known[0]);
      expect(retained).toEqual({ kind: 'claim', home: known[0] });
      expect(nodes.filter(({ core }) => core.isHome('e')).length).toBe(1);
    }),
    { seed: 8, numRuns: 500 },
  );
});
