/** What this node knows of the edges that it keeps, and does to them: for its own REST, and for other nodes that ask. */
import { nodeClock } from '@bothy/runtime/node';
import { explain } from '@bothy/telemetry/core';
import {
  type Alarm,
  type QuestionKind,
  type QuestionOf,
  questionLimits,
  type TelemetryAnswers,
} from '@bothy/wire';
import { newestFirst, noAlarm, noEdge } from './listed-alarms.ts';
import type { TelemetryHost } from './telemetry-host.ts';

type Answerers = {
  readonly [Kind in QuestionKind]: (
    host: TelemetryHost,
    question: QuestionOf<Kind>,
  ) => Promise<TelemetryAnswers[Kind]>;
};

/** Throws what a person is to be told: `not_found`, `limit_reached`, … */
export async function ownAnswer<Kind extends QuestionKind>(
  host: TelemetryHost,
  question: QuestionOf<Kind>,
): Promise<TelemetryAnswers[Kind]> {
  const answer = answerers[question.ask as Kind] as Answerers[Kind];
  return await answer(host, question);
}

const historyLines = 500;

const answerers: Answerers = {
  edge: async ({ edges, desk }, { edge }) => {
    const shown = edges.of(edge);
    if (shown === undefined) throw noEdge(edge);
    return { edge: shown, sensors: desk.model.sensors({ sensors: [`${edge}/*`] }) };
  },
  series: async ({ store, desk }, { query }) => {
    const { unit } = desk.model.sensor(query.edge, query.sensor) ?? {};
    const series = await store.series(query);
    return series.unit === undefined && unit !== undefined ? { ...series, unit } : series;
  },
  rows: async ({ store }, { edge, sensor, fromMs, toMs, skip }) => {
    const rows: [number, number, string][] = [];
    let at = 0;
    for await (const { stampMs, value, unit = '' } of store.scan({
      edges: [edge],
      sensors: [sensor],
      fromMs,
      toMs,
    })) {
      at += 1;
      if (at <= skip) continue;
      if (rows.length >= questionLimits.rows) return { rows, complete: false };
      rows.push([stampMs, value, unit]);
    }
    return { rows, complete: true };
  },
  alarms: async ({ cores }, { edge, limit }) => {
    const all = cores.alarms.all().filter((alarm) => edge === undefined || alarm.edge === edge);
    return { alarms: newestFirst(all).slice(0, limit) };
  },
  alarm: async (host, { alarm: id }) => {
    const alarm = host.cores.alarms.get(id);
    if (alarm === undefined) throw noAlarm(id);
    return { alarm, history: await host.store.alarmHistory(id, historyLines), why: why(host, alarm) };
  },
  alarmCommand: async ({ calls }, { alarm, by, command }) => ({
    alarm: await calls.alarm(alarm, by, command),
  }),
  forget: async (host, { edge, by }) => {
    if (host.edges.of(edge) === undefined) throw noEdge(edge);
    host.input({ kind: 'forgetEdge', edge, by });
    return { edge };
  },
};

/** What the rule saw, where this node judges it; an edge judges its own, and says why in the alarm's sentence. */
function why({ cores }: TelemetryHost, { rule, edge, sensor }: Alarm): TelemetryAnswers['alarm']['why'] {
  for (const engine of [cores.plainRules, cores.namedRules]) {
    const state = engine.state(rule, edge, sensor);
    if (state !== undefined) return { ...explain(state, nodeClock.monoMs()) };
  }
  return null;
}
