/** How long the directory of three nodes takes nothing new after its leader is lost. */
import { type Loss, ThreeNodes } from './stage/directory/fail-over.ts';
import { type Figure, figureTable, milliseconds } from './stage/figures.ts';
import { roundsOption } from './stage/options.ts';
import { publish } from './stage/readme-section.ts';
import { median, percentile } from './stage/statistics.ts';

/** So many that a 99th hundredth says something. */
const usualLosses = 50;
const aimMs = 1_000;
const losses: Readonly<Record<Loss, string>> = {
  killed: 'leader killed, to the first acknowledged claim at another node',
  silent: 'leader stands still, to the same',
};

const given = process.argv.slice(2);
const rounds = given.includes('--rounds') ? roundsOption(given) : usualLosses;
const stage = await ThreeNodes.start();
const figures: Figure[] = [];
try {
  for (const loss of ['killed', 'silent'] as const) {
    const taken: number[] = [];
    while (taken.length < rounds) taken.push(await stage.failOver(loss));
    const p99 = percentile(taken, 0.99);
    figures.push(
      {
        what: `${losses[loss]}, median of ${rounds}`,
        ours: milliseconds(median(taken)),
        beside: '',
        measured: '',
      },
      {
        what: 'the same, 99th hundredth',
        ours: milliseconds(p99),
        beside: `longest ${milliseconds(Math.max(...taken))}`,
        measured: milliseconds(p99),
        aim: `< ${aimMs / 1_000} s`,
        verdict: p99 < aimMs ? 'met' : 'missed',
      },
    );
  }
} finally {
  await stage.stop();
}
publish('directory', figureTable(figures));
process.exit();
