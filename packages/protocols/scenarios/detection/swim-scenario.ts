/** SWIM in calm and in rough weather: who crashed is found by all, who lives is not buried, and views become one again. */
import { calm, injectFaults, type Scenario } from '@bothy/simulator';
import { type MakeSwim, makeSwim, SwimWorld, swimPeriodMs } from './swim-world.ts';

/** Long enough for everybody to have met everybody. */
const joinMs = 40_000;
const syncPeriods = 10;

/**
 * Within so long a crash is known to all where nothing is lost: each pings each within 2n - 1 periods, a suspicion lasts
 * four periods for every factor of ten and up to six times that, and the word of it travels in some periods more.
 */
function foundWithinMs(size: number): number {
  const suspicionMs = 4 * Math.max(1, Math.log10(size)) * swimPeriodMs * 6;
  return (2 * size - 1) * swimPeriodMs + suspicionMs + 10 * swimPeriodMs;
}

/** From 3 to 40 members; every size comes up. */
function sizeOf(seed: string): number {
  const number = Number.parseInt(seed, 10);
  return 3 + (((Number.isNaN(number) ? 0 : number) * 7) % 38);
}

function expectFound(world: SwimWorld, gone: string): void {
  const { simulation } = world;
  const fromMs = simulation.nowMs;
  const withinMs = foundWithinMs(world.size);
  while (world.unaware(gone).length > 0) {
    if (simulation.nowMs - fromMs > withinMs) {
      const [unaware] = world.unaware(gone);
      simulation.fail('completeness', `${unaware} has not found within ${withinMs} ms that ${gone} is gone`);
    }
    simulation.run(swimPeriodMs);
  }
  world.counts.detectionMs += simulation.nowMs - fromMs;
}

function expectAgreement(world: SwimWorld, withinMs: number): void {
  const untilMs = world.simulation.nowMs + withinMs;
  while (world.disagreement() !== undefined) {
    if (world.simulation.nowMs >= untilMs) {
      world.simulation.fail('views converge', world.disagreement() ?? 'they agree');
    }
    world.simulation.run(swimPeriodMs);
  }
}

/** Nothing is lost and nobody answers late: then nobody alive may be held for dead, and every crash is found. */
export function swimCalm(make: MakeSwim = makeSwim): Scenario {
  const name = 'protocols/swim-calm';
  return {
    name,
    title: 'SWIM on a good network: every crash is found by all, and nobody alive is held for dead',
    run: (seed) => {
      const world = new SwimWorld(name, seed, sizeOf(seed), { periodMs: swimPeriodMs, syncPeriods }, make);
      const { simulation } = world;
      simulation.network.setFaults({
        minDelayMs: 1,
        maxDelayMs: 60,
        loss: 0,
        duplicate: 0.02,
        reorder: true,
      });
      simulation.addInvariant('nobody alive is held for dead', () => world.wrongDeath);
      simulation.run(swimPeriodMs);
      expectAgreement(world, joinMs);
      const messages = world.counts.messages;
      const fromMs = simulation.nowMs;
      simulation.run(20_000);
      const perMemberSecond =
        ((world.counts.messages - messages) * 1_000) / (simulation.nowMs - fromMs) / world.size;
      if (perMemberSecond > 2.5) {
        simulation.fail('constant load', `each says ${perMemberSecond.toFixed(1)} messages in a second`);
      }
      const random = simulation.random('scenario/swim');
      const crashed = world.ids[random.below(world.size)] ?? '';
      world.crash(crashed);
      expectFound(world, crashed);
      world.start(crashed);
      expectAgreement(world, joinMs);
      const leaving = world.ids[random.below(world.size)] ?? '';
      world.submit(leaving, { kind: 'leave' });
      // What it said is on its way; then it ends.
      simulation.run(500);
      world.crash(leaving);
      expectFound(world, leaving);
      if (world.alive.some((id) => world.statusAt(id, leaving) === 'dead')) {
        simulation.fail('a farewell is heard', `${leaving} said that it goes, and is held for dead`);
      }
      return { ...resultOf(world) };
    },
  };
}

/** Loss, partitions and crashes: whatever was believed meanwhile, all see the same once it is over. */
export function swimRough(make: MakeSwim = makeSwim): Scenario {
  const name = 'protocols/swim-rough';
  return {
    name,
    title: 'SWIM while messages are lost, the network is cut and members crash: views become one again',
    run: (seed) => {
      const world = new SwimWorld(name, seed, sizeOf(seed), { periodMs: swimPeriodMs, syncPeriods }, make);
      const { simulation } = world;
      simulation.network.setFaults({
        minDelayMs: 1,
        maxDelayMs: 200,
        loss: 0.1,
        duplicate: 0.05,
        reorder: true,
      });
      const faults = { ...calm, crashEveryMs: 8_000, partitionEveryMs: 20_000, maxOutageMs: 40_000 };
      injectFaults(simulation, faults, 90_000);
      simulation.run(90_000);
      simulation.network.setFaults({ minDelayMs: 1, maxDelayMs: 60, loss: 0, duplicate: 0, reorder: true });
      expectAgreement(world, 120_000 + 6 * syncPeriods * swimPeriodMs);
      const random = simulation.random('scenario/swim');
      const crashed = world.ids[random.below(world.size)] ?? '';
      world.crash(crashed);
      expectFound(world, crashed);
      expectAgreement(world, 60_000);
      return resultOf(world);
    },
  };
}

function resultOf({ simulation, counts }: SwimWorld) {
  const { trace } = simulation;
  return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(60), counts: { ...counts } };
}
