/** Histories of a two-phase commit that fast-check thinks of: what happens next, and how the hosts answer. */
import fc from 'fast-check';
import type { CommitRecord } from '../src/commit/commit-messages.ts';
import { expectFinished, expectSafe } from './commit-checks.ts';
import { CommitWorld, coordinatorName, type Fault } from './commit-world.ts';

const participants = ['P1', 'P2', 'P3'];
const everybody = [coordinatorName, ...participants];
const transactions = ['t1', 't2', 't3'];

const event = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('begin' as const), at: fc.nat(2) }) },
  { weight: 30, arbitrary: fc.record({ kind: fc.constant('deliver' as const), at: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), at: fc.nat(50) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('timer' as const), at: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), at: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crashWithin' as const), at: fc.nat(6) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('restart' as const), at: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), at: fc.nat(2) }) },
);
export type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

export interface History {
  readonly events: readonly Event[];
  /** Answers of hosts, taken in turn. */
  readonly answers: readonly ('ready' | 'later' | 'refuse')[];
  /** All transactions are about one subject, or each about its own. */
  readonly isOneSubject: boolean;
}

export const history: fc.Arbitrary<History> = fc.record({
  events: fc.array(event, { maxLength: 120, size: 'max' }),
  answers: fc.array(
    fc.oneof({ weight: 20, arbitrary: fc.constant('ready' as const) }, fc.constantFrom('later', 'refuse')),
    { minLength: 1, maxLength: 8 },
  ),
  isOneSubject: fc.boolean(),
});

/** Plays a history, then heals. Throws as soon as something does not hold. */
export function play({ events, answers, isOneSubject }: History, fault?: Fault): CommitWorld {
  let asked = 0;
  const world = new CommitWorld({
    participants,
    answer: () => {
      const answer = answers[asked++ % answers.length] ?? 'ready';
      if (answer === 'refuse') return { refused: 'busy' };
      // A host that says `later` for ever is a silent one: the timeout decides.
      return answer;
    },
    ...(fault === undefined ? {} : { fault }),
  });
  for (const { kind, at } of events) {
    happen(world, kind, at, isOneSubject);
    expectSafe(world);
    expectFrozen(world);
  }
  world.heal();
  expectSafe(world);
  expectFinished(world);
  return world;
}

function happen(world: CommitWorld, kind: Event['kind'], at: number, isOneSubject: boolean): void {
  const transaction = transactions[at % transactions.length] ?? '';
  const name = everybody[at % everybody.length] ?? '';
  const packet = at % Math.max(1, world.network.length);
  switch (kind) {
    case 'begin':
      return world.begin(transaction, isOneSubject ? 'room' : `room ${transaction}`);
    case 'deliver':
      return world.deliver(packet);
    case 'repeat':
      return world.deliver(packet, true);
    case 'lose':
      return world.lose(packet);
    case 'timer': {
      const timers = [...world.processes].flatMap(([each, { timers }]) =>
        [...timers].map((key) => [each, key] as const),
      );
      const due = timers[at % Math.max(1, timers.length)];
      return due === undefined ? undefined : world.fire(...due);
    }
    case 'crash':
      return world.crash(name);
    case 'crashWithin':
      world.crashAt = world.effects + at;
      return;
    case 'restart':
      return world.restart(name);
    case 'forget':
      return world.forget(participants[at % participants.length] ?? '');
  }
}

/** What the disk of the coordinator holds was frozen before anything left. */
function expectFrozen(world: CommitWorld): void {
  const disk: ReadonlyMap<string, CommitRecord> = world.processes.get(coordinatorName)?.disk ?? new Map();
  for (const { message } of world.network) {
    if (message.kind === 'prepare' && !disk.has(message.transaction)) {
      throw new Error(`PREPARE of ${message.transaction} left before its record`);
    }
  }
}
