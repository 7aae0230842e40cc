/** One member of a group whose others are played by the test, word by word. */
import { beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../../random.ts';
import { Swim } from './swim.ts';
import type { SwimInput, SwimMember, SwimOutput, SwimStatus, SwimUpdate } from './swim-messages.ts';
import type { SwimOptions } from './swim-options.ts';

let swim: Swim;
let nowMs: number;

const step = (input: SwimInput): readonly SwimOutput[] => swim.step(input, { monoMs: nowMs, wallMs: 0 });
const fire = (key: string): readonly SwimOutput[] => step({ kind: 'timer', key });
const says = (
  from: SwimMember,
  updates: readonly SwimUpdate[] = [],
  incarnation = 0,
): readonly SwimOutput[] =>
  step({ kind: 'message', from, message: { kind: 'nack', seq: 0, incarnation, updates } });
const of = (member: SwimMember, status: SwimStatus, incarnation = 0): SwimUpdate => ({
  member,
  status,
  incarnation,
});
const kinds = (outputs: readonly SwimOutput[]): string[] =>
  outputs.map((each) => {
    if (each.kind === 'send') return `${each.message.kind} ${each.to}`;
    if (each.kind === 'changed') return `${each.member} ${each.status}`;
    if (each.kind === 'probed') return `probed ${each.member} ${each.outcome}`;
    return `${each.kind} ${each.key}`;
  });
const ping = (outputs: readonly SwimOutput[]): { to: SwimMember; seq: number } => {
  for (const each of outputs) {
    if (each.kind === 'send' && each.message.kind === 'ping') return { to: each.to, seq: each.message.seq };
  }
  throw new Error('nobody is pinged');
};

function begin(options: Partial<SwimOptions> = {}): void {
  nowMs = 0;
  swim = new Swim({ self: 'a', ...options }, seededRandom('corners'));
}
beforeEach(() => begin());

test('[SW1] who is alone pings nobody, compares nothing, and hears nothing of itself', () => {
  begin({ syncPeriods: 1 });
  step({ kind: 'start' });
  expect(kinds(fire('period'))).toEqual(['setTimer period']);
  expect(step({ kind: 'start' })).toEqual([]);
  expect(says('a', [of('b', 'alive')])).toEqual([]);
  expect(fire('a timer of somebody else')).toEqual([]);
  expect(swim.members).toEqual([]);
});

test('[SW4] a suspicion that nobody refutes becomes a death, and one that was refuted does not', () => {
  says('b');
  says('b', [of('c', 'alive')]);
  expect(kinds(says('b', [of('c', 'suspect')]))).toContain('c suspect');
  expect(kinds(fire('suspect c'))).toContain('c dead');
  expect(swim.members).toEqual(['b']);
  says('b', [of('c', 'suspect', 1)]);
  says('c', [], 2);
  expect(swim.statusOf('c')).toBe('alive');
  expect(fire('suspect c')).toEqual([]);
  expect(fire('suspect of nobody')).toEqual([]);
});

test('[SW5, SW17] who was gone and is back is not forgotten; a higher incarnation alone is no change', () => {
  says('b');
  expect(kinds(says('b', [of('b', 'dead')]))).toEqual(['setTimer forget b', 'b dead']);
  expect(kinds(says('b', [], 1))).toEqual(['clearTimer forget b', 'b alive']);
  expect(fire('forget b')).toEqual([]);
  expect(swim.members).toEqual(['b']);
  expect(kinds(says('b', [], 2))).toEqual([]);
});

test('[SW3] who left while it was pinged is not suspected', () => {
  says('b');
  const { to } = ping(fire('period'));
  expect(to).toBe('b');
  step({ kind: 'message', from: 'b', message: { kind: 'leave', incarnation: 0, updates: [] } });
  expect(kinds(fire('period'))).toEqual(['setTimer period']);
  expect(swim.statusOf('b')).toBe('left');
});

test('[SW2] only who was asked can say that another answered, and only about this ping', () => {
  for (const member of ['b', 'c', 'd', 'e', 'f']) says(member);
  const { to, seq } = ping(fire('period'));
  const asked = fire('direct').flatMap((each) => (each.kind === 'send' ? [each.to] : []));
  expect(asked).toHaveLength(3);
  const stranger = ['b', 'c', 'd', 'e', 'f'].find((each) => each !== to && !asked.includes(each)) ?? '';
  const answer = (from: SwimMember, kind: 'ack' | 'nack', number = seq): unknown =>
    step({ kind: 'message', from, message: { kind, seq: number, incarnation: 0, updates: [] } });
  answer(stranger, 'ack');
  answer(asked[0] ?? '', 'ack', seq + 100);
  answer(asked[0] ?? '', 'nack', seq + 100);
  expect(kinds(fire('period'))).toContain(`probed ${to} none`);
  // One of three had nothing to say to what was asked: of those that are silent, two speak against us.
  begin();
  for (const member of ['b', 'c', 'd', 'e']) says(member);
  const second = ping(fire('period'));
  const [one = '', other = ''] = fire('direct').flatMap((each) => (each.kind === 'send' ? [each.to] : []));
  step({
    kind: 'message',
    from: one,
    message: { kind: 'nack', seq: second.seq, incarnation: 0, updates: [] },
  });
  step({
    kind: 'message',
    from: other,
    message: { kind: 'ack', seq: second.seq, incarnation: 0, updates: [] },
  });
  expect(kinds(fire('period'))).toContain(`probed ${second.to} indirect`);
  expect(swim.doubt).toBe(0);
});

test('[SW15] of those that were asked each that says nothing is a ground to doubt oneself', () => {
  for (const member of ['b', 'c', 'd', 'e']) says(member);
  const { seq } = ping(fire('period'));
  const [one = ''] = fire('direct').flatMap((each) => (each.kind === 'send' ? [each.to] : []));
  step({ kind: 'message', from: one, message: { kind: 'nack', seq, incarnation: 0, updates: [] } });
  fire('period');
  expect(swim.doubt).toBe(2);
});

test('[SW16] the oldest ping for others gives way, and so does its time', () => {
  says('b');
  for (let seq = 1; seq <= 64; seq++) {
    const message = { kind: 'pingRequest', seq, target: 'c', incarnation: 0, updates: [] } as const;
    step({ kind: 'message', from: 'b', message });
  }
  const message = { kind: 'pingRequest', seq: 65, target: 'c', incarnation: 0, updates: [] } as const;
  expect(kinds(step({ kind: 'message', from: 'b', message }))).toEqual([
    'clearTimer relay 1',
    'ping c',
    'setTimer relay 65',
  ]);
});

test('[SW16] who is gone takes no room from anybody, and the one of whom nothing was known is not taken', () => {
  begin({ maxMembers: 1 });
  says('b');
  expect(kinds(says('b', [of('c', 'dead')]))).toEqual([]);
  expect(swim.statusOf('c')).toBeUndefined();
  expect(kinds(says('b', [of('c', 'alive')]))).toEqual([]);
  expect(swim.members).toEqual(['b']);
});

test('[SW12] all is compared with one who is gone every second time, and with one who is there else', () => {
  begin({ syncPeriods: 1 });
  says('b');
  says('b', [of('c', 'dead')]);
  const synced = (): string[] => kinds(fire('period')).filter((each) => each.startsWith('sync'));
  expect([...synced(), ...synced(), ...synced()]).toEqual(['sync c', 'sync b', 'sync c']);
});
