/** `/api/v1/rules` and `/api/v1/routes`: what is looked for at this node, and who is told. */
import type { Backtest, BacktestAlarm } from '@bothy/telemetry/core';
import { type AlarmRoute, BothyError, type Rule, ruleLimits } from '@bothy/wire';
import { parseAlarmRoutes } from '@bothy/wire/schemas';
import type { FastifyInstance } from 'fastify';
import { operatorOf } from '../bearer-token.ts';
import { parsePart } from '../rest/rest-route.ts';
import { readerOf } from '../rest/room-access.ts';
import { operatorOrGuest } from './telemetry-access.ts';
import type { TelemetryApiOptions } from './telemetry-api.ts';
import type { TelemetryHost } from './telemetry-host.ts';
import { telemetryRoutes } from './telemetry-routes.ts';

export interface RuleApiOptions extends TelemetryApiOptions {
  /** The file that sets the rules; undefined where REST does. */
  readonly rulesFile: string | undefined;
  readonly offsetAt: (wallMs: number) => number;
}

/** The grammar of rules comes with the first question about one. */
const rulesModule = () => import('@bothy/telemetry/core');

/** What one answer holds; of a rule that fires all the time nobody reads more. */
const backtestAlarms = 1_000;
/** A month of a hundred sensors at 10 s; about ten seconds of work. */
const backtestReadings = 30_000_000;
/** Work between two turns of the event loop. */
const readingsAtOnce = 2_000;
/** More at once would leave no time for anything else. */
const backtestsAtOnce = 2;

export function ruleApi(options: RuleApiOptions): (server: FastifyInstance) => void {
  const { rules, putRules, checkRule, backtest, routes, putRoutes, tryRoute } = telemetryRoutes;
  const { host, rulesFile } = options;
  let running = 0;
  return (server) => {
    server.get(rules.path, async (request) => {
      await readerOf(request, options);
      return { rules: await shownRules((await host()).cores.rules) };
    });

    server.put(
      putRules.path,
      { bodyLimit: ruleLimits.rules * (4 * ruleLimits.textChars + 10) },
      async (request) => {
        await operatorOf(request, options);
        if (rulesFile !== undefined) {
          throw new BothyError(
            'forbidden',
            `The rules of this node are in its file ${rulesFile}: change them there.`,
          );
        }
        const { rules: texts } = parsePart(putRules.body, request.body, 'body');
        const { formatRule } = await rulesModule();
        const parsed = await rulesOf(texts);
        await (await host()).setRules(parsed.map(formatRule), parsed);
        return { rules: await shownRules(parsed) };
      },
    );

    server.post(checkRule.path, async (request) => {
      await readerOf(request, options);
      const { text } = parsePart(checkRule.body, request.body, 'body');
      const { formatRule, parseRule } = await rulesModule();
      const parsed = parseRule(text);
      if (parsed.ok) return { ok: true, rule: parsed.rule, formatted: formatRule(parsed.rule) };
      return { ok: false, column: parsed.error.column, sentence: parsed.error.sentence };
    });

    server.post(backtest.path, async (request, reply) => {
      await readerOf(request, options);
      const { text, fromMs, toMs, edges } = parsePart(backtest.body, request.body, 'body');
      const [rule] = await rulesOf([text]);
      if (rule === undefined) throw new BothyError('bad_request', 'There is no rule in this text.');
      if (fromMs >= toMs) throw new BothyError('bad_request', 'body.fromMs must be before body.toMs.');
      if (running >= backtestsAtOnce) {
        throw new BothyError('rate_limited', 'Other backtests are running. Try again when they are done.');
      }
      running += 1;
      try {
        return await runBacktest(
          await host(),
          rule,
          { fromMs, toMs, ...(edges ? { edges } : {}) },
          options.offsetAt,
          () => !reply.raw.destroyed,
        );
      } finally {
        running -= 1;
      }
    });

    server.get(routes.path, async (request) => {
      await operatorOrGuest(request, options);
      return { routes: (await host()).cores.routes.routes.map(withoutSecret) };
    });

    server.put(putRoutes.path, { bodyLimit: 512 * 1024 }, async (request) => {
      await operatorOf(request, options);
      const body = parsePart(putRoutes.body, request.body, 'body');
      const awake = await host();
      const parsed = parseAlarmRoutes(
        body.routes.map((route) => withKnownSecret(route, awake.cores.routes.routes)),
      );
      if (!parsed.ok) throw new BothyError('bad_request', parsed.reason);
      awake.setRoutes(parsed.value);
      return { routes: parsed.value.map(withoutSecret) };
    });

    server.post(tryRoute.path, async (request) => {
      await operatorOf(request, options);
      const { route: name } = parsePart(tryRoute.params, request.params, 'address');
      const awake = await host();
      const route = awake.cores.routes.routes.find((each) => each.name === name);
      if (route === undefined) throw new BothyError('not_found', `There is no route ${name}.`);
      const tried = await awake.tryRoute(route);
      return tried.ok ? { ok: true, sentence: 'It was taken.' } : { ok: false, sentence: tried.sentence };
    });
  };
}

async function shownRules(rules: readonly Rule[]): Promise<{ name: string; text: string; rule: Rule }[]> {
  const { formatRule } = await rulesModule();
  return rules.map((rule) => ({ name: rule.name, text: formatRule(rule), rule }));
}

/** Throws `bad_request` with the place of the first mistake. */
async function rulesOf(texts: readonly string[]): Promise<readonly Rule[]> {
  const { parseRule } = await rulesModule();
  const rules = texts.map((text, at) => {
    const parsed = parseRule(text);
    if (parsed.ok) return parsed.rule;
    const { column, sentence } = parsed.error;
    throw new BothyError('bad_request', `Rule ${at + 1}, column ${column}: ${sentence}`, {
      details: { rule: at, column },
    });
  });
  const twice = rules.find(({ name }, at) => rules.findIndex((other) => other.name === name) < at);
  if (twice === undefined) return rules;
  throw new BothyError(
    'bad_request',
    `There are two rules ${twice.name}: alarms are told apart by that name.`,
  );
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly edges?: readonly string[];
}

async function runBacktest(
  { store }: TelemetryHost,
  rule: Rule,
  span: Span,
  zoneOffset: (wallMs: number) => number,
  isAwaited: () => boolean,
): Promise<{ alarms: BacktestAlarm[]; summary: Backtest['summary'] }> {
  const { Backtest: Run } = await rulesModule();
  const run = new Run(rule, {
    endMs: span.toMs,
    zoneOffset,
    mostAlarms: backtestAlarms,
    mostReadings: backtestReadings,
  });
  const alarms: BacktestAlarm[] = [];
  let count = 0;
  for await (const reading of store.scan(span)) {
    if (!run.take(reading)) break;
    count += 1;
    // A store that has the next readings at hand gives nobody else a turn.
    if (count % readingsAtOnce !== 0) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    // Who has hung up holds nobody else up.
    if (!isAwaited()) break;
  }
  run.end();
  alarms.push(...run.taken());
  return { alarms, summary: run.summary };
}

/** What a secret is shown as: sent back like this, it stays as it is. */
const hiddenSecret = '(kept)';

function withoutSecret(route: AlarmRoute): AlarmRoute {
  const { to } = route;
  if (to.kind !== 'webhook' || to.secret === undefined) return route;
  return { ...route, to: { ...to, secret: hiddenSecret } };
}

function withKnownSecret(route: unknown, known: readonly AlarmRoute[]): unknown {
  const { name, to } = (route ?? {}) as { name?: unknown; to?: { secret?: unknown } };
  if (to?.secret !== hiddenSecret) return route;
  const before = known.find((each) => each.name === name)?.to;
  const secret = before?.kind === 'webhook' ? before.secret : undefined;
  const { secret: _, ...rest } = to;
  return { ...(route as object), to: secret === undefined ? rest : { ...rest, secret } };
}
