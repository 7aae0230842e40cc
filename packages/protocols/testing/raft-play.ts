/** Random histories of a Raft cluster: what happens, in which order, and what must hold after each of it. */
import fc from 'fast-check';
import type { MemberId } from '../src/consensus/raft/raft-messages.ts';
import { expectWell, RaftChecks } from './raft-checks.ts';
import { type Fault, RaftWorld } from './raft-world.ts';

const kinds = {
  deliver: 40,
  repeat: 2,
  lose: 3,
  pass: 16,
  silence: 3,
  propose: 12,
  read: 4,
  lease: 4,
  crash: 2,
  restart: 4,
  slowDisk: 2,
  flush: 4,
  change: 3,
  transfer: 2,
  compact: 3,
  cut: 2,
  mend: 1,
} as const;
type Kind = keyof typeof kinds;

export interface Event {
  readonly kind: Kind;
  readonly at: number;
}
export type History = readonly Event[];

const members = ['a', 'b', 'c', 'd', 'e'];
const founders = ['a', 'b', 'c'];
/** How many are voters, then learners, counted around the circle of all from a random one. */
const shapes = [
  [3, 0],
  [1, 2],
  [2, 1],
  [4, 1],
  [3, 2],
  [5, 0],
] as const;

export const arbitraryHistory: fc.Arbitrary<History> = fc.array(
  fc.record({
    kind: fc.oneof(
      ...Object.entries(kinds).map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind as Kind) })),
    ),
    at: fc.nat({ max: 10_000 }),
  }),
  { minLength: 30, maxLength: 400, size: 'max' },
);

/** Plays a history, then heals. Throws as soon as something does not hold. */
export function play(history: History, fault: Fault = {}): RaftWorld {
  const world = new RaftWorld({}, undefined, fault);
  const checks = new RaftChecks(world);
  for (const [at, id] of members.entries()) {
    world.add(id, founders.includes(id) ? founders : []);
    world.process(id).clockRate = 1 + (at * ((fault.clocks ?? 1.08) - 1)) / 4;
  }
  // The interesting part begins with a leader.
  world.run(3_000);
  for (const [number, { kind, at }] of history.entries()) {
    happen(world, checks, kind, at, number);
  }
  world.cutOff = undefined;
  for (const process of world.processes.values()) {
    process.isDiskQuick = true;
    if (process.member === undefined) world.restart(process.id);
    else world.flush(process.id);
  }
  world.run(15_000);
  expectWell(world);
  return world;
}

function happen(world: RaftWorld, checks: RaftChecks, kind: Kind, at: number, number: number): void {
  const name = members[at % members.length] ?? '';
  const packet = at % Math.max(1, world.network.length);
  // Mostly who leads is asked, as clients would; or one of those who believe that they do.
  const leaders = [...world.processes.values()].filter(({ member }) => member?.role === 'leader');
  const asked: MemberId = at % 8 === 0 ? name : (leaders[at % leaders.length]?.id ?? name);
  const id = String(number);
  switch (kind) {
    case 'deliver':
      // Mostly in order, several at once.
      for (let count = at % 25; count >= 0; count--) world.deliver(at % 5 === 0 ? packet : 0);
      return;
    case 'repeat':
      world.deliver(packet, true);
      return;
    case 'lose':
      world.network.splice(packet, 1 + (at % 7));
      return;
    case 'pass':
      return passTime(world, at % 250);
    case 'silence':
      return passTime(world, 1_000 + (at % 1_500));
    case 'propose':
      return world.step(asked, { kind: 'propose', id, command: `c${number}` });
    case 'read':
    case 'lease':
      checks.readAsked(id);
      return world.step(asked, { kind: 'read', id, mode: kind === 'read' ? 'index' : 'lease' });
    case 'crash':
      return world.crash(name);
    case 'restart':
      return world.process(name).member === undefined ? world.restart(name) : undefined;
    case 'slowDisk':
      world.process(name).isDiskQuick = false;
      return;
    case 'flush':
      if (at % 3 === 0) world.process(name).isDiskQuick = true;
      return world.flush(name);
    case 'change':
      return world.step(asked, { kind: 'change', id, ...shapeOf(at) });
    case 'transfer':
      return world.step(asked, { kind: 'transfer', id, to: name });
    case 'cut':
      world.cutOff = asked;
      return;
    case 'mend':
      world.cutOff = undefined;
      return;
    case 'compact':
      return world.process(name).member === undefined ? undefined : world.compact(name);
  }
}

function shapeOf(at: number): { readonly voters: MemberId[]; readonly learners: MemberId[] } {
  const [voters, learners] = shapes[at % shapes.length] ?? [3, 0];
  const around = members.map((_, place) => members[(place + at) % members.length] ?? '');
  return { voters: around.slice(0, voters), learners: around.slice(voters, voters + learners) };
}

/** Timers fire as they are due; nothing arrives meanwhile. */
function passTime(world: RaftWorld, ms: number): void {
  world.pass(ms);
  for (const process of world.processes.values()) {
    for (const [key, dueMs] of [...process.timers]) if (dueMs <= world.nowMs) world.fire(process.id, key);
  }
}
