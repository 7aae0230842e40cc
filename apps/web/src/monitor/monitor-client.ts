/** What Monitor asks of the node over REST. Every method rejects with a `BothyError`. */
import type { Stretch } from '@bothy/telemetry/views';
import {
  type Alarm,
  type AlarmCommand,
  type AlarmRoute,
  BothyError,
  type EdgeCommand,
  type EdgeId,
  type ReadingsSeries,
  type Resolution,
  type SensorKey,
} from '@bothy/wire';
import { parseAlarmRoutes } from '@bothy/wire/schemas';
import { askAs, type NodeAccess, withToken } from '../node/authorised-ask.ts';
import { parsed, refusalOf } from '../node/node-client.ts';
import {
  type AlarmDetail,
  answers,
  type BacktestAnswer,
  type NamedRule,
  type Refusal,
  rulesOf,
  type TryAnswer,
} from './monitor-answers.ts';

export interface SeriesQuestion extends Stretch {
  readonly sensors: readonly SensorKey[];
  readonly points: number;
  readonly resolution?: Resolution;
}

/** Long enough for a node to judge a month of readings. */
const longTimeoutMs = 60_000;
/** A month of several sensors is millions of lines. */
const exportTimeoutMs = 600_000;

export class MonitorClient {
  readonly #access: NodeAccess;

  constructor(access: NodeAccess) {
    this.#access = access;
  }

  async series(question: SeriesQuestion): Promise<readonly ReadingsSeries[]> {
    if (question.sensors.length === 0) return [];
    return parsed(answers.series, await this.#get(`readings?${seriesQuery(question)}`)).series;
  }

  /** The same as CSV, to be kept. */
  async csv(question: SeriesQuestion): Promise<Blob> {
    const { base } = this.#access;
    const path = `${base()}/api/v1/readings?${seriesQuery(question)}&format=csv`;
    return await withToken(this.#access, async (authorization) => {
      const signal = AbortSignal.timeout(exportTimeoutMs);
      const response = await fetch(path, { headers: { authorization }, signal }).catch((cause: unknown) => {
        throw new BothyError('broker_unreachable', 'The node does not answer. Try again.', { cause });
      });
      if (response.ok) return await response.blob();
      throw refusalOf(response.status, await response.json().catch(() => undefined));
    });
  }

  /** What was sent and is no reading, by who sent it. */
  async refusals(): Promise<readonly Refusal[]> {
    return parsed(answers.refusals, await this.#get('edges')).refusals;
  }

  /** The id that the edge's answer will carry in its status. */
  async command(edge: EdgeId, command: EdgeCommand): Promise<string> {
    return parsed(answers.command, await this.#post(`edges/${edge}/commands`, { command })).id;
  }

  async forgetEdge(edge: EdgeId): Promise<void> {
    await askAs(this.#access, `edges/${edge}`, 'DELETE');
  }

  /** Makes the node that is asked its home, unless another one is named. */
  async moveEdge(edge: EdgeId, node?: string): Promise<void> {
    await this.#post(`edges/${edge}/home`, node === undefined ? {} : { node });
  }

  async alarms(which: 'open' | 'all', limit: number, edge?: EdgeId): Promise<readonly Alarm[]> {
    const of = edge === undefined ? '' : `&edge=${edge}`;
    return parsed(answers.alarms, await this.#get(`alarms?state=${which}&limit=${limit}${of}`)).alarms;
  }

  async alarm(alarm: string): Promise<AlarmDetail> {
    return parsed(answers.alarmDetail, await this.#get(`alarms/${encodeURIComponent(alarm)}`));
  }

  async commandAlarm(alarm: string, command: AlarmCommand): Promise<Alarm> {
    const { name, ...fields } = command;
    const answer = await this.#post(`alarms/${encodeURIComponent(alarm)}/${name}`, fields);
    return parsed(answers.alarm, answer).alarm;
  }

  async rules(): Promise<readonly NamedRule[]> {
    return rulesOf(parsed(answers.rules, await this.#get('rules')));
  }

  /** All there are to be, as text. */
  async saveRules(rules: readonly string[]): Promise<void> {
    await askAs(this.#access, 'rules', 'PUT', { rules });
  }

  async backtest(text: string, { fromMs, toMs }: Stretch): Promise<BacktestAnswer> {
    const question = { text, fromMs, toMs };
    return parsed(
      answers.backtest,
      await askAs(this.#access, 'rules/backtest', 'POST', question, longTimeoutMs),
    );
  }

  async routes(): Promise<readonly AlarmRoute[]> {
    const { routes } = parsed(answers.routes, await this.#get('routes'));
    const checked = parseAlarmRoutes(routes);
    if (checked.ok) return checked.value;
    throw new BothyError('internal', 'The node has routes that this app does not know. Reload the page.');
  }

  async saveRoutes(routes: readonly AlarmRoute[]): Promise<void> {
    await askAs(this.#access, 'routes', 'PUT', { routes });
  }

  async tryRoute(route: string): Promise<TryAnswer> {
    return parsed(answers.tried, await this.#post(`routes/${encodeURIComponent(route)}/try`, {}));
  }

  async #get(path: string): Promise<unknown> {
    return await askAs(this.#access, path);
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    return await askAs(this.#access, path, 'POST', body);
  }
}

function seriesQuery({ sensors, fromMs, toMs, points, resolution }: SeriesQuestion): string {
  const query = new URLSearchParams(sensors.map((key) => ['series', key]));
  query.set('from', `${Math.floor(fromMs)}`);
  query.set('to', `${Math.ceil(toMs)}`);
  query.set('points', `${points}`);
  if (resolution !== undefined) query.set('resolution', resolution);
  return query.toString();
}
