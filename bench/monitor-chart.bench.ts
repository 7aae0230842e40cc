/** Thirty days of readings every ten seconds as a chart in a browser. */
import { parseArgs } from 'node:util';
import { type Figure, figureTable, milliseconds } from './stage/figures.ts';
import { publish } from './stage/readme-section.ts';
import { median } from './stage/statistics.ts';
import { measureChart } from './stage/telemetry/chart-page.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string' } }, strict: false });
const aimMs = 100;

const { readings, points, clickToDrawnMs, answerToDrawnMs } = await measureChart(
  Math.max(5, Number(values.rounds ?? 25)),
);
const [drawn, clicked] = [median(answerToDrawnMs), median(clickToDrawnMs)];
const figures: Figure[] = [
  {
    what: `a chart of ${readings.toLocaleString('en')} readings in 30 days, from the node's answer to the screen`,
    ours: milliseconds(drawn),
    beside: `${points} points`,
    measured: `slowest ${milliseconds(Math.max(...answerToDrawnMs))}`,
    aim: `≤ ${aimMs} ms`,
    verdict: drawn <= aimMs ? 'met' : 'missed',
  },
  {
    what: 'the same from the click, with the question to the node',
    ours: milliseconds(clicked),
    beside: '',
    measured: `slowest ${milliseconds(Math.max(...clickToDrawnMs))}`,
  },
];
publish('monitor-chart', figureTable(figures));
