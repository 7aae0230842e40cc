import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../random.ts';
import { Swim } from './swim.ts';
import { SwimGossip } from './swim-gossip.ts';
import { SwimMembers } from './swim-members.ts';
import {
  type SwimInput,
  type SwimMessage,
  type SwimOutput,
  type SwimUpdate,
  swimStatuses,
} from './swim-messages.ts';
import { type SwimOptions, swimSettings } from './swim-options.ts';
import { SwimProbes } from './swim-probes.ts';
import { SwimSuspicions } from './swim-suspicions.ts';

/** A group without a clock: timers fire when they are called, messages arrive when they are delivered. */
class Stage {
  readonly swims = new Map<string, Swim>();
  readonly lines: string[] = [];
  readonly waiting: { readonly from: string; readonly to: string; readonly message: SwimMessage }[] = [];
  nowMs = 0;

  constructor(ids: readonly string[], options: Partial<SwimOptions> = {}) {
    for (const self of ids) this.swims.set(self, new Swim({ self, ...options }, seededRandom(self)));
    for (const id of ids) for (const other of ids) this.step(id, { kind: 'meet', member: other });
    this.deliver();
    this.lines.length = 0;
  }

  step(id: string, input: SwimInput): readonly SwimOutput[] {
    const outputs = this.swims.get(id)?.step(input, { monoMs: this.nowMs, wallMs: 0 }) ?? [];
    for (const output of outputs) {
      if (output.kind === 'send') {
        const { kind, incarnation, updates } = output.message;
        const words = updates.map((each) => `${each.member} ${each.status} ${each.incarnation}`).join(', ');
        this.lines.push(`${id} -> ${output.to}  ${kind} (${incarnation})${words === '' ? '' : `  ${words}`}`);
        this.waiting.push({ from: id, to: output.to, message: output.message });
      } else if (output.kind === 'changed') this.lines.push(`${id}: ${output.member} is ${output.status}`);
    }
    return outputs;
  }

  fire(id: string, key: string): readonly SwimOutput[] {
    return this.step(id, { kind: 'timer', key });
  }

  deliver(isLost: (from: string, to: string) => boolean = () => false): void {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      const { from, to, message } = next;
      if (!isLost(from, to)) this.step(to, { kind: 'message', from, message });
    }
  }
}

const alone = (options: Partial<SwimOptions> = {}): Stage => new Stage(['a'], options);
const word = (updates: readonly SwimUpdate[], kind: 'nack' | 'state' = 'nack'): SwimMessage =>
  kind === 'state' ? { kind, incarnation: 0, updates } : { kind, seq: 0, incarnation: 0, updates };

test('[SW2, SW3, SW4, SW6] a path is cut, then a member is: what they say', async () => {
  const stage = new Stage(['a', 'b', 'c'], { lifeguard: false });
  const probeOf = (outputs: readonly SwimOutput[]): string =>
    outputs.flatMap((each) => (each.kind === 'send' && each.message.kind === 'ping' ? [each.to] : []))[0] ??
    '';
  const cut = probeOf(stage.fire('a', 'period'));
  const isDirect = (from: string, to: string): boolean =>
    (from === 'a' && to === cut) || (from === cut && to === 'a');
  stage.deliver(isDirect);
  stage.fire('a', 'direct');
  stage.deliver(isDirect);
  const next = probeOf(stage.fire('a', 'period'));
  expect(stage.swims.get('a')?.statusOf(cut)).toBe('alive');
  const isGone = (from: string, to: string): boolean => from === next || to === next;
  stage.deliver(isGone);
  stage.fire('a', 'direct');
  stage.deliver(isGone);
  stage.fire('a', 'period');
  expect(stage.swims.get('a')?.statusOf(next)).toBe('suspect');
  // Back in time: it hears what is held against it, and says otherwise.
  stage.step(next, { kind: 'timer', key: 'period' });
  stage.deliver();
  stage.fire(next, 'period');
  stage.deliver();
  expect(stage.swims.get('a')?.statusOf(next)).toBe('alive');
  expect(stage.swims.get(next)?.incarnation).toBe(1);
  await expect(`${stage.lines.join('\n')}\n`).toMatchFileSnapshot('../../testdata/swim.txt');
});

test('[SW5] whoever heard the same words agrees, in whatever order they came and however often', () => {
  const update = fc.record({
    member: fc.constantFrom('b', 'c'),
    incarnation: fc.nat(3),
    status: fc.constantFrom(...swimStatuses),
  });
  fc.assert(
    fc.property(fc.array(update, { maxLength: 20 }), (updates) => {
      const [one, other] = [new SwimMembers(8), new SwimMembers(8)];
      for (const each of updates) one.take(each);
      for (const each of [...updates, ...updates].reverse()) other.take(each);
      expect(one.updates()).toEqual(other.updates());
      for (const { member, incarnation, status } of one.updates()) {
        const best = updates
          .filter((each) => each.member === member)
          .sort(
            (a, b) =>
              a.incarnation - b.incarnation ||
              swimStatuses.indexOf(a.status) - swimStatuses.indexOf(b.status),
          )
          .at(-1);
        expect({ member, incarnation, status }).toEqual(best);
      }
    }),
    { seed: 5 },
  );
});

test('[SW1] all have their turn in a round, a newcomer in the one that runs', () => {
  const probes = new SwimProbes(seededRandom('round'));
  const group = ['b', 'c', 'd', 'e'];
  const round = Array.from({ length: 4 }, () => probes.next(group)?.member);
  expect([...round].sort()).toEqual(group);
  probes.next(group);
  probes.add('f');
  const rest = Array.from({ length: 4 }, () => probes.next([...group, 'f'])?.member);
  expect(rest).toContain('f');
});

test('[SW7] a word is passed on so many times, the one that was least first, and a newer replaces it', () => {
  const gossip = new SwimGossip();
  for (const member of ['b', 'c']) gossip.add({ member, incarnation: 0, status: 'alive' });
  gossip.add({ member: 'b', incarnation: 0, status: 'suspect' });
  expect(gossip.take(1, 2).map(({ member }) => member)).toEqual(['b']);
  expect(gossip.take(1, 2).map(({ member }) => member)).toEqual(['c']);
  expect(gossip.take(8, 2)).toHaveLength(2);
  expect(gossip.size).toBe(0);
});

test('[SW14] a suspicion of one alone lasts six times as long as that of four', () => {
  const settings = swimSettings({ self: 'a' });
  const suspicions = new SwimSuspicions(settings);
  expect(suspicions.begin('x', 'a', 0, 100)).toBe(48_000);
  expect(suspicions.confirm('x', 'a', 100)).toBeUndefined();
  const ends = ['b', 'c', 'd', 'e'].map((by) => suspicions.confirm('x', by, 100));
  expect(ends.map((each) => (each === undefined ? 0 : Math.round(each)))).toEqual([28_000, 16_301, 8_000, 0]);
});

test('[SW13, SW15] whoever is told that it is suspected doubts itself, and asks more slowly', () => {
  const stage = alone();
  stage.step('a', {
    kind: 'message',
    from: 'b',
    message: word([{ member: 'a', incarnation: 0, status: 'dead' }]),
  });
  expect([stage.swims.get('a')?.incarnation, stage.swims.get('a')?.doubt]).toEqual([1, 1]);
  expect(stage.fire('a', 'period')).toContainEqual({ kind: 'setTimer', key: 'period', afterMs: 2_000 });
});

test('[SW12] with all that is known, a death of somebody who is heard is only a suspicion', () => {
  const stage = alone();
  const message = word([{ member: 'b', incarnation: 0, status: 'dead' }], 'state');
  stage.step('a', { kind: 'message', from: 'b', message: word([]) });
  stage.step('a', { kind: 'message', from: 'c', message });
  expect(stage.swims.get('a')?.statusOf('b')).toBe('suspect');
});

test('[SW16, SW17] no more members than fit; who is gone gives way, and is forgotten in time', () => {
  const stage = alone({ maxMembers: 2 });
  const say = (member: string, status: SwimUpdate['status'], incarnation = 0): void =>
    void stage.step('a', { kind: 'message', from: 'b', message: word([{ member, incarnation, status }]) });
  say('c', 'alive');
  say('d', 'alive');
  expect(stage.swims.get('a')?.members).toEqual(['b', 'c']);
  say('c', 'dead');
  say('d', 'alive');
  expect(stage.swims.get('a')?.members).toEqual(['b', 'd']);
  for (const wrong of [-1, 0.5, Number.NaN, 1e16]) say('d', 'dead', wrong);
  expect(stage.swims.get('a')?.statusOf('d')).toBe('alive');
  say('d', 'left');
  stage.fire('a', 'forget d');
  expect(stage.swims.get('a')?.statusOf('d')).toBeUndefined();
  stage.step('a', { kind: 'leave' });
  expect(stage.fire('a', 'period')).toEqual([]);
});

test('[SW2, SW6, SW16] whatever is lost, repeated and late: nobody speaks of an incarnation that its member has not counted', () => {
  const ids = ['a', 'b', 'c', 'd'];
  const keys = [
    'period',
    'direct',
    ...ids.flatMap((id) => [`suspect ${id}`, `forget ${id}`]),
    'relay 2',
    'relay 3',
  ];
  const act = fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...ids, 'z'), fc.nat(39), fc.nat(40));
  fc.assert(
    fc.property(fc.array(act, { minLength: 20, maxLength: 120 }), fc.boolean(), (acts, lifeguard) => {
      const stage = new Stage(ids, { lifeguard, syncPeriods: 2, maxMembers: 3 });
      for (const [id, other, what, at] of acts) {
        stage.nowMs += 100;
        const key = keys[what];
        if (what === 39 && at === 0) stage.step(id, { kind: 'leave' });
        else if (what === 38) stage.step(id, { kind: 'forget', member: other });
        else if (what === 37) stage.step(id, { kind: 'meet', member: other });
        else if (what === 36) stage.step(id, { kind: 'start' });
        else if (what >= 30 && stage.waiting[at] !== undefined) stage.waiting.splice(at, 1);
        else if (key !== undefined) stage.fire(id, key);
        else {
          const packet = stage.waiting[at % Math.max(1, stage.waiting.length)];
          if (packet === undefined) continue;
          // Taken and left on its way: it comes again.
          if (what % 2 === 0) stage.waiting.splice(stage.waiting.indexOf(packet), 1);
          stage.step(packet.to, { kind: 'message', from: packet.from, message: packet.message });
        }
        for (const { message, from } of stage.waiting) {
          expect(message.incarnation).toBeLessThanOrEqual(stage.swims.get(from)?.incarnation ?? 0);
          for (const { member, incarnation } of message.updates) {
            expect(incarnation).toBeLessThanOrEqual(stage.swims.get(member)?.incarnation ?? 0);
          }
        }
      }
    }),
    { seed: 6, numRuns: 150 },
  );
});

test('[SW2, SW16] of pings for others the oldest gives way, and only who was pinged ends one', () => {
  const probes = new SwimProbes(seededRandom('relays'));
  const made = Array.from({ length: 65 }, (_, at) => probes.relay('a', at, 'b'));
  expect(made.map(({ dropped }) => dropped?.seq).filter((seq) => seq !== undefined)).toEqual([1]);
  expect([probes.endRelay(1), probes.endRelay(2, 'c'), probes.endRelay(2, 'b')?.originSeq]).toEqual([
    undefined,
    undefined,
    1,
  ]);
  probes.add('d');
  probes.add('d');
  expect([probes.next(['d'])?.member, probes.next([])]).toEqual(['d', null]);
});

test('[SW2] who is asked to ping and hears nothing says so; who is asked about itself answers', () => {
  const stage = alone();
  const ask = (target: string): readonly SwimOutput[] =>
    stage.step('a', {
      kind: 'message',
      from: 'b',
      message: { kind: 'pingRequest', seq: 7, target, incarnation: 0, updates: [] },
    });
  expect(ask('a')).toContainEqual(
    expect.objectContaining({ message: expect.objectContaining({ kind: 'ack', seq: 7 }) }),
  );
  ask('c');
  expect(stage.fire('a', 'relay 1')).toMatchObject([
    { kind: 'send', to: 'b', message: { kind: 'nack', seq: 7 } },
  ]);
  expect(stage.fire('a', 'relay 1')).toEqual([]);
});

test('[SW18] options out of their range throw a RangeError', () => {
  const wrong: Partial<SwimOptions>[] = [
    { periodMs: 0 },
    { pingTimeoutMs: 1_000 },
    { forgetAfterMs: 0 },
    { indirect: 1.5 },
    { suspicionPeriods: 0 },
    { retransmits: Number.NaN },
    { maxUpdates: 0 },
    { maxMembers: 5_000 },
    { syncPeriods: 0 },
    { incarnation: -1 },
  ];
  for (const options of wrong) expect(() => alone(options)).toThrow(RangeError);
});
