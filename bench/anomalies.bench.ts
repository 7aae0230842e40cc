/** Anomaly detection on real and simulated faults, and how many rules one core evaluates. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BacktestAlarm, backtest, parseRule, RuleEngine } from '@bothy/telemetry/core';
import type { Reading, Rule } from '@bothy/wire';
import { type Figure, figureTable, markdownTable } from './stage/figures.ts';
import { scoreDetections } from './stage/nab-score.ts';
import { nabSeries } from './stage/nab-series.ts';
import { publish } from './stage/readme-section.ts';
import { faultResults } from './stage/simulated-faults.ts';

const repositoryRoot = fileURLToPath(new URL('../', import.meta.url));

const { values } = parseArgs({
  options: { nab: { type: 'string' }, rounds: { type: 'string' } },
  strict: false,
});
const nabFolder =
  typeof values.nab === 'string' ? values.nab : join(repositoryRoot, '..', 'shared', 'data', 'nab');

function ruleOf(text: string): Rule {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.sentence}`);
  return parsed.rule;
}

/** The alarms of a rule as a person would get them: one that comes back within a day is the same. */
function nabSection(): {
  readonly figures: readonly Figure[];
  readonly rows: readonly (readonly string[])[];
} {
  const series = nabSeries(nabFolder);
  if (series === undefined) {
    process.stdout.write(`NAB's series: not there (${nabFolder})\n`);
    return { figures: [], rows: [] };
  }
  const { readings, windows } = series;
  const learntMs = readings[Math.floor(readings.length * 0.15)]?.stampMs ?? 0;
  const checks = ['', 'by drift', 'by shift', 'by outlier', 'by jump', 'by stuck', 'by gap'];
  const scored = checks.map((by) => {
    const alarms: BacktestAlarm[] = [
      ...backtest(ruleOf(`temperature anomalous ${by} clear for 24h`), readings),
    ];
    const firedMs = alarms.map((alarm) => alarm.firedMs);
    return { by, score: scoreDetections(firedMs, windows, learntMs) };
  });
  const rows = scored.map(({ by, score }) => [
    by === '' ? 'the default: all but gap' : by.slice(3),
    `${score.found} of ${score.windows}`,
    String(score.falseAlarms),
    score.precision.toFixed(2),
    score.recall.toFixed(2),
    score.nab.toFixed(1),
  ]);
  const all = scored[0]?.score;
  if (all === undefined) return { figures: [], rows };
  const isMet = all.found === windows.length && all.falseAlarms < 5;
  const measured = `${all.found} of ${windows.length}, ${all.falseAlarms} false`;
  const figures: Figure[] = [
    {
      what: 'labelled windows of the office found, false alarms',
      ours: measured,
      beside: 'windowed Gaussian: none',
      measured: `NAB score ${all.nab.toFixed(1)}`,
      aim: 'all, < 5 false',
      verdict: isMet ? 'met' : 'missed',
    },
  ];
  return { figures, rows };
}

/** Evaluations a second: each of a thousand sensors is looked at by ten rules, one of them a group, some with time. */
function evaluationsPerSecond(texts: readonly string[], sensors: number, readingsEach: number): number {
  const engine = new RuleEngine(texts.map((text, i) => ruleOf(`r${i}: ${text}`)));
  engine.step({ kind: 'start' }, { monoMs: 0, wallMs: 0 });
  const readings: Reading[] = Array.from({ length: sensors * 16 }, (_, i) => ({
    sensor: 'temperature',
    node: `edge-${i % sensors}`,
    value: 22 + Math.sin(i / 7) * 4,
    stampMs: 0,
    event: false,
    eventType: null,
    hist: false,
  }));
  let outputs = 0;
  const pass = (from: number, count: number): void => {
    for (let i = from; i < from + count; i++) {
      const now = { monoMs: i * 1_000, wallMs: i * 1_000 };
      for (let s = 0; s < sensors; s++) {
        const reading = readings[(i % 16) * sensors + s];
        if (reading === undefined) continue;
        const input = { kind: 'reading', reading: { ...reading, stampMs: now.wallMs } } as const;
        outputs += engine.step(input, now).length;
      }
    }
  };
  pass(1, 16);
  const begin = process.cpuUsage();
  pass(17, readingsEach);
  const { user, system } = process.cpuUsage(begin);
  if (outputs === 0) throw new Error('rules that say nothing measure nothing');
  return (sensors * readingsEach * texts.length) / ((user + system) / 1e6);
}

const thresholds = [
  ...[
    'temperature > 30 clear below 28',
    'temperature < 15 clear above 16',
    'temperature > 25 for 2m clear for 1m',
  ],
  ...['temperature stale after 1m', 'temperature rises by 3 within 10m', 'temperature > 40 for 10m'],
  ...['(temperature > 25 and temperature < 40) or temperature > 60', 'temperature < 5 for 5m'],
  ...['temperature changes by 10 within 1h', 'temperature > 24 repeat every 1h'],
];
const perSecond = evaluationsPerSecond(thresholds, 1_000, 100);
const anomaliesPerSecond = evaluationsPerSecond(['temperature anomalous'], 500, 200);
const nab = nabSection();
const faults = faultResults([1, 2, 3, 4, 5]);
const found = faults.reduce((sum, each) => sum + each.found, 0);
const broken = faults.reduce((sum, each) => sum + each.broken, 0);
const wrong = faults.reduce((sum, each) => sum + each.falseAlarms, 0);
const days = faults.reduce((sum, each) => sum + each.sensorDays, 0);

const thousands = (count: number): string => `${Math.round(count / 1_000).toLocaleString('en')} k/s`;
const figures: readonly Figure[] = [
  ...nab.figures,
  {
    what: 'simulated faults found',
    ours: `${found} of ${broken}`,
    beside: '',
    measured: `${wrong} false alarms in ${days} sensor days`,
  },
  {
    what: 'rule evaluations on one core, ten rules a reading',
    ours: thousands(perSecond),
    beside: '',
    measured: thousands(perSecond),
    aim: '≥ 500 k/s',
    verdict: perSecond >= 500_000 ? 'met' : 'missed',
  },
  {
    what: 'readings through the anomaly checks on one core',
    ours: thousands(anomaliesPerSecond),
    beside: '',
    measured: thousands(anomaliesPerSecond),
  },
];
const sections = [figureTable(figures)];
if (nab.rows.length > 0) {
  const head = ['the office, by check', 'windows', 'false alarms', 'precision', 'recall', 'NAB score'];
  sections.push(markdownTable(head, nab.rows));
}
sections.push(
  markdownTable(
    ['simulated fault', 'found', 'false alarms'],
    faults.map((each) => [each.fault, `${each.found} of ${each.broken}`, String(each.falseAlarms)]),
  ),
);
publish('anomalies', sections.join('\n\n'));
