/** How many messages a second the simulator delivers on one core: to a core that does nothing, and to Raft with its checks. */
import type { Kinded } from '@bothy/protocols';
import { calmRaftOptions, makeRaftMember, raftScenario } from '@bothy/protocols/scenarios';
import { Simulation } from '@bothy/simulator';
import { type Figure, figureTable } from './stage/figures.ts';
import { publish } from './stage/readme-section.ts';

const rounds = 5;
/** Until the code is compiled; soak runs go on for hours. */
const warmUps = 4;

/** By processor time. */
function rateOf(run: () => number): number {
  for (let round = 0; round < warmUps; round++) run();
  const rates = Array.from({ length: rounds }, () => {
    const begin = process.cpuUsage();
    const delivered = run();
    const { user, system } = process.cpuUsage(begin);
    return delivered / ((user + system) / 1e6);
  });
  return rates.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

interface Ball extends Kinded {
  readonly kind: 'ball';
  readonly number: number;
}

/** A hundred messages go around five processes, on a network that loses none but delays and reorders; all is traced. */
function deliverToNoOne(): number {
  const simulation = new Simulation({ seed: '1', maxEvents: Number.MAX_SAFE_INTEGER });
  const { network } = simulation;
  network.setFaults({ minDelayMs: 1, maxDelayMs: 5, loss: 0, duplicate: 0, reorder: true });
  const ids = ['a', 'b', 'c', 'd', 'e'];
  for (const [at, id] of ids.entries()) {
    const next = ids[(at + 1) % ids.length] ?? 'a';
    const process = simulation.addProcess<Ball, Ball, null>({
      id,
      createStore: () => null,
      write: () => undefined,
      boot: () => ({ step: (input) => [input] }),
      perform: (output) => network.send(id, next, output),
      ask: () => undefined,
    });
    network.on(id, (_, message) => void process.submit(message as Ball));
  }
  simulation.run(1);
  for (let number = 0; number < 100; number++) network.send('e', 'a', { kind: 'ball', number });
  simulation.run(15_000);
  return network.counts.delivered;
}

const busyRaft = raftScenario(
  {
    ...calmRaftOptions,
    ...{ founders: () => 5, clients: 20, readers: 8, thinkMs: 20, faultMs: 30_000, compactEvery: 1_000 },
  },
  makeRaftMember,
);

function figure(what: string, run: () => number, aim: number): Figure {
  const rate = rateOf(run);
  const measured = `${Math.round(rate / 1_000)} k/s`;
  const aimed = `≥ ${aim / 1_000} k/s`;
  return { what, ours: measured, beside: '', measured, aim: aimed, verdict: rate >= aim ? 'met' : 'missed' };
}

publish(
  'simulator',
  figureTable([
    figure('messages delivered a second on one core, to a core that does nothing', deliverToNoOne, 1_000_000),
    figure(
      'the same, to five Raft members, every rule and every history checked',
      () => busyRaft.run('1').counts.delivered ?? 0,
      300_000,
    ),
  ]),
);
