/** The cores of monitoring, built from what the store has. */
import { seededRandom } from '@bothy/protocols';
import { randomSeed } from '@bothy/runtime';
import {
  AlarmCore,
  DirectoryHomeCore,
  defaultRules,
  type EngineSnapshot,
  type ForeignAlarms,
  formatRule,
  HomeCore,
  IngestCore,
  isNamedRule,
  NodeCore,
  parseRule,
  RoutesCore,
  RuleEngine,
} from '@bothy/telemetry/core';
import type { StoredTelemetry } from '@bothy/telemetry/drivers/sqlite';
import type { EdgeId, Rule } from '@bothy/wire';

export interface OpenCoresOptions {
  readonly node: string;
  readonly state: StoredTelemetry;
  readonly zoneOffset: (wallMs: number) => number;
  readonly isAlone: boolean;
  /** Who says which node is home of which edge: the directory of the cluster, or the claims on the topic of a broker that nodes share and nothing else. */
  readonly claims: 'directory' | 'topic';
  readonly rules: readonly Rule[] | undefined;
  readonly foreign: ForeignAlarms;
}

export interface OpenCores {
  readonly core: NodeCore;
  readonly home: HomeCore | DirectoryHomeCore;
  readonly ingest: IngestCore;
  readonly alarms: AlarmCore;
  readonly routes: RoutesCore;
  /** Of rules that do not name their edges, and of those that do. */
  readonly plainRules: RuleEngine;
  readonly namedRules: RuleEngine;
  rules: readonly Rule[];
  /** The node that keeps an edge; undefined when none is known. */
  homeOf(edge: EdgeId): string | undefined;
}

export function openCores(options: OpenCoresOptions): OpenCores {
  const { node, state, zoneOffset, isAlone, claims, foreign } = options;
  const rules = options.rules ?? storedRules(state.rules) ?? defaultRules;
  const engine = { zoneOffset };
  const named = rules.filter(isNamedRule);
  const plain = rules.filter((rule) => !isNamedRule(rule));
  const namedRules = new RuleEngine(named, stateOf(state.engine, named), engine);
  const plainRules = new RuleEngine(plain, stateOf(state.engine, plain), engine);
  const Homes = claims === 'directory' ? DirectoryHomeCore : HomeCore;
  const home = new Homes({ node, ...(isAlone ? { settleMs: 0 } : {}) }, { homes: state.homes });
  const ingest = new IngestCore({ node }, state.ingest);
  const alarms = new AlarmCore({ node }, state.alarms);
  const routes = new RoutesCore({ zoneOffset }, state.routes, seededRandom(randomSeed()));
  const cores = { home, ingest, alarms, routes, plainRules, namedRules };
  return {
    ...cores,
    core: new NodeCore(node, cores, foreign),
    rules,
    homeOf: (edge) => home.homeOf(edge)?.home,
  };
}

/** Both engines learn of a sensor what they need; each goes on with the states of its own rules. */
function stateOf({ states, detectors }: EngineSnapshot, rules: readonly Rule[]): EngineSnapshot {
  const names = new Set(rules.map(({ name }) => name));
  return { states: states.filter(({ rule }) => names.has(rule)), detectors };
}

/** Rules were checked when they were stored; one that an older version wrote and this one cannot read is left out. */
function storedRules(texts: readonly string[] | undefined): readonly Rule[] | undefined {
  return texts?.flatMap((text) => {
    const parsed = parseRule(text);
    return parsed.ok ? [parsed.rule] : [];
  });
}

export function ruleTexts(rules: readonly Rule[]): readonly string[] {
  return rules.map(formatRule);
}
