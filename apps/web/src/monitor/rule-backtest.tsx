import { countWords, type SeriesLine, sensorsNamed, sensorWords, spanWords } from '@bothy/telemetry/views';
import { BothyError, leavesOf, type Rule, type SensorKey, sensorKey } from '@bothy/wire';
import { useEffect, useMemo, useState } from 'react';
import type { ChartLimit, ChartLine, ChartSpell } from './chart-model.ts';
import type { BacktestAnswer } from './monitor-answers.ts';
import { useMonitor, useTelemetry } from './monitor-context.ts';
import { TimeChart } from './time-chart.tsx';
import { momentWords } from './time-labels.ts';

const spans = [
  { ms: 86_400_000, words: 'the last day' },
  { ms: 7 * 86_400_000, words: 'the last week' },
  { ms: 30 * 86_400_000, words: 'the last 30 days' },
] as const;
const mostListed = 20;
const mostDrawn = 4;

interface Tried {
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly answer: BacktestAnswer;
  readonly lines: readonly ChartLine[];
}

/** What a rule would have done with what was measured, before it may wake anybody. */
export function RuleBacktest({ text, rule }: { text: string; rule: Rule }) {
  const { client, session } = useMonitor();
  const { view } = useTelemetry();
  const [spanMs, setSpanMs] = useState<number>(spans[0].ms);
  const [tried, setTried] = useState<Tried>();
  const [state, setState] = useState<'still' | 'busy' | { readonly problem: string }>('still');
  // What was found for another text says nothing of this one.
  useEffect(() => {
    setTried((before) => (before?.text === text ? before : undefined));
  }, [text]);

  async function run(): Promise<void> {
    setState('busy');
    const toMs = session.nowMs();
    const fromMs = toMs - spanMs;
    try {
      const answer = await client.backtest(text, { fromMs, toMs });
      const sensors = sensorsOf(rule, answer, [...(view?.sensors.keys() ?? [])]);
      const series = await client.series({ sensors, fromMs, toMs, points: 800 });
      const lines = series.map(lineOf);
      setTried({ text, fromMs, toMs, answer, lines });
      setState('still');
    } catch (thrown) {
      setState({ problem: BothyError.from(thrown).message });
    }
  }

  return (
    <section className="backtest" aria-label="Try it on what was measured">
      <div className="actions">
        <label className="visually-hidden" htmlFor="backtest-span">
          Over which time
        </label>
        <select
          id="backtest-span"
          className="select"
          value={spanMs}
          onChange={(event) => setSpanMs(Number(event.target.value))}
        >
          {spans.map(({ ms, words }) => (
            <option key={ms} value={ms}>
              {words}
            </option>
          ))}
        </select>
        <button type="button" className="button small" disabled={state === 'busy'} onClick={() => void run()}>
          {state === 'busy' ? 'Trying…' : 'What would it have done?'}
        </button>
      </div>
      {typeof state === 'object' && (
        <p className="hint problem" role="alert">
          {state.problem}
        </p>
      )}
      {tried !== undefined && <BacktestResult tried={tried} rule={rule} />}
    </section>
  );
}

function BacktestResult({ tried, rule }: { tried: Tried; rule: Rule }) {
  const { answer, fromMs, toMs, lines } = tried;
  const { alarms, summary } = answer;
  const overlays = useMemo(
    () => ({ limits: limitsOf(rule, lines), spells: spellsOf(answer, rule, toMs) }),
    [answer, rule, lines, toMs],
  );
  const words =
    summary.alarms === 0
      ? 'It would have raised no alarm.'
      : `It would have raised ${countWords(summary.alarms, 'alarm')}.`;
  return (
    <>
      <p role="status">
        <strong>{words}</strong>{' '}
        <span className="hint">
          {countWords(summary.readings, 'reading')} were looked at
          {summary.isComplete ? '.' : '; a limit was met, and the rest was not.'}
        </span>
      </p>
      {lines.length > 0 && (
        <div className="chart-card">
          <TimeChart
            lines={lines}
            stretch={{ fromMs, toMs }}
            overlays={overlays}
            heightPx={220}
            label={`${words} ${lines.map(({ title }) => title).join(', ')}.`}
          />
        </div>
      )}
      {alarms.length > 0 && (
        <ol className="backtest-alarms">
          {alarms.slice(0, mostListed).map(({ node, sensor, firedMs, clearedMs, sentence }) => (
            <li key={`${node} ${sensor} ${firedMs}`}>
              <time dateTime={new Date(firedMs).toISOString()}>{momentWords(firedMs)}</time> {node},{' '}
              {clearedMs === null ? 'to the end' : `for ${spanWords(clearedMs - firedMs)}`}:{' '}
              <span className="hint">{sentence}</span>
            </li>
          ))}
          {alarms.length > mostListed && <li className="hint">and {alarms.length - mostListed} more</li>}
        </ol>
      )}
    </>
  );
}

/** Where it fired first; else those that it names. A chart of all would be one of none. */
function sensorsOf(
  rule: Rule,
  { alarms }: BacktestAnswer,
  known: readonly SensorKey[],
): readonly SensorKey[] {
  const named = sensorsNamed(rule);
  const fired = alarms.flatMap(({ node, sensor }) => [
    sensorKey(node, sensor),
    ...named.flatMap((each) => (each.sensor === '*' ? [] : [sensorKey(each.node ?? node, each.sensor)])),
  ]);
  const others = known.filter((key) => {
    const [edge = '', sensor = ''] = key.split('/');
    return named.some(
      (each) =>
        (each.sensor === '*' || each.sensor === sensor) && (each.node === undefined || each.node === edge),
    );
  });
  return [...new Set([...fired.filter((key) => known.includes(key)), ...others])].slice(0, mostDrawn);
}

function lineOf(line: SeriesLine, colour: number): ChartLine {
  const { edge, sensor, unit = '' } = line;
  return { key: sensorKey(edge, sensor), title: `${sensorWords(sensor)} · ${edge}`, unit, colour, line };
}

function limitsOf(rule: Rule, lines: readonly ChartLine[]): readonly ChartLimit[] {
  return leavesOf(rule.when).flatMap((leaf): ChartLimit[] => {
    if (leaf.kind !== 'threshold') return [];
    const line = lines.find(({ line: { sensor } }) => leaf.sensor === '*' || leaf.sensor === sensor);
    if (line === undefined) return [];
    return [
      { unit: line.unit, limit: leaf.limit, severity: rule.severity, title: `${leaf.is} ${leaf.limit}` },
    ];
  });
}

function spellsOf({ alarms }: BacktestAnswer, { severity }: Rule, endMs: number): readonly ChartSpell[] {
  return alarms.map(({ firedMs, clearedMs, sentence }) => ({
    fromMs: firedMs,
    toMs: clearedMs ?? endMs,
    severity,
    title: sentence,
  }));
}
