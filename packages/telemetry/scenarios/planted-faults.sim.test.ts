/**
 * Each planted fault is a way to build an edge or a home node wrong. A scenario must find it within a few seeds; a fault
 * that passes means the checker sees too little.
 */
import type { Core, Now } from '@bothy/protocols';
import { isCaught, type Scenario, seedRange } from '@bothy/simulator';
import type {
  EdgeInput,
  EdgeOutput,
  EdgeSnapshot,
  EdgeWrite,
  NodeInput,
  NodeOutput,
  TelemetryWrite,
} from '@bothy/telemetry/core';
import { type EdgeStatus, type TelemetryPayload, topics } from '@bothy/wire';
import { expect, test } from 'vitest';
import { calmEdgesOptions, plainDevicesOptions, roughEdgesOptions } from './index.ts';
import { makeEdgeCore } from './sim-edge.ts';
import { makeNodeCores } from './sim-telemetry-node.ts';
import type { TelemetrySnapshots } from './telemetry-disk.ts';
import { telemetryScenario } from './telemetry-world.ts';

/** Changes what goes in, what comes out, or what is restored; made anew for every start of a core. */
interface Wrong<Input, Output, Snapshot> {
  readonly snapshot?: (snapshot: Snapshot) => Snapshot;
  readonly input?: (input: Input) => Input | undefined;
  readonly outputs?: (outputs: readonly Output[], input: Input, now: Now) => readonly Output[];
  /** What the core is told beside. */
  readonly more?: (input: Input) => Input | undefined;
}
type WrongEdge = Wrong<EdgeInput, EdgeOutput, EdgeSnapshot>;
type WrongNode = Wrong<NodeInput, NodeOutput, TelemetrySnapshots>;

/** A number of a start, thirty days after the simulated world began. */
const aheadOfClocks = 1_700_000_000 + 30 * 86_400;
const same = <T>(given: T): T => given;

function wrongly<Input extends { readonly kind: string }, Output extends { readonly kind: string }, Snapshot>(
  core: Core<Input, Output>,
  { input = same, outputs = same, more = () => undefined }: Wrong<Input, Output, Snapshot>,
): Core<Input, Output> {
  return {
    step(given, now) {
      const taken = input(given);
      const extra = more(given);
      const out = [...(taken === undefined ? [] : core.step(taken, now))];
      if (extra !== undefined) out.push(...core.step(extra, now));
      return outputs(out, given, now);
    },
  };
}

const edge = (make: () => WrongEdge, options = roughEdgesOptions): Scenario =>
  telemetryScenario(options, (config, snapshot, wallMs) => {
    const wrong = make();
    const core = makeEdgeCore(config, (wrong.snapshot ?? same)(snapshot), wallMs);
    return wrongly(core, wrong);
  });
const brokerAlone = { ...roughEdgesOptions, hasDirectory: () => false, nodes: () => 2 };
const node = (make: (id: string) => WrongNode, options = roughEdgesOptions): Scenario =>
  telemetryScenario(options, makeEdgeCore, (id, snapshots, claims) => {
    const wrong = make(id);
    const cores = makeNodeCores(id, (wrong.snapshot ?? same)(snapshots), claims);
    return { ...cores, core: wrongly(cores.core, wrong) };
  });

type Publish = Extract<EdgeOutput, { kind: 'publish' }>;

const edgeWrites = (isKept: (write: EdgeWrite) => boolean) => (): WrongEdge => ({
  outputs: (all) =>
    all.map((each) => (each.kind === 'persist' ? { ...each, writes: each.writes.filter(isKept) } : each)),
});
const nodeWrites = (isKept: (write: TelemetryWrite) => boolean) => (): WrongNode => ({
  outputs: (all) =>
    all.map((each) => (each.kind === 'persist' ? { ...each, writes: each.writes.filter(isKept) } : each)),
});
/** Of what an edge publishes. */
const altered = (alter: (publish: Publish) => Publish | undefined) => (): WrongEdge => ({
  outputs: (all) =>
    all.flatMap((each): readonly EdgeOutput[] => {
      const publish = each.kind === 'publish' ? alter(each) : each;
      return publish === undefined ? [] : [publish];
    }),
});
const status = (alter: (said: EdgeStatus) => EdgeStatus) =>
  altered((publish) => {
    if (!publish.topic.endsWith('/status')) return publish;
    return { ...publish, payload: JSON.stringify(alter(JSON.parse(publish.payload) as EdgeStatus)) };
  });
const withoutTimer = (key: string) => (): WrongEdge => ({
  outputs: (all) => all.filter((each) => each.kind !== 'setTimer' || each.key !== key),
});
const isWord = (each: NodeOutput): each is Extract<NodeOutput, { kind: 'publish' }> =>
  each.kind === 'publish' && each.topic.endsWith('/alarms');
const isControl = (each: NodeOutput) => each.kind === 'publish' && each.topic.endsWith('/control');
const heard = (input: (given: NodeInput) => NodeInput | undefined) => (): WrongNode => ({ input });

const faults: Readonly<Record<string, Scenario>> = {
  'publishes readings before they are durable': edge(() => ({
    outputs: (all) =>
      all.map((each) => (each.kind === 'publish' ? ({ ...each, early: true } as EdgeOutput) : each)),
  })),
  'does not mark what is late': edge(
    altered((publish) => ({ ...publish, payload: publish.payload.replace(',"hist":true', '') })),
  ),
  'lets go what the broker has': edge(() => {
    const sent = new Map<string, EdgeInput>();
    return {
      outputs: (all) => {
        for (const each of all) {
          if (each.kind !== 'publish' || each.token?.startsWith('item ') !== true) continue;
          const { boot = 0, sensor, seq = 0 } = JSON.parse(each.payload) as TelemetryPayload;
          const boots = [{ boot, upTo: { [sensor]: seq } }];
          sent.set(each.token, {
            kind: 'control',
            control: { kind: 'storedUpTo', home: 'n', boots },
            retained: false,
          });
        }
        return all;
      },
      more: (input) => (input.kind === 'published' ? sent.get(input.token) : undefined),
    };
  }),
  'forgets its outbox at a restart': edge(() => ({ snapshot: (all) => ({ ...all, outbox: [] }) })),
  // Ahead of the seconds of every clock there: each start gets the same number.
  'does not count its starts': edge(() => ({ snapshot: (all) => ({ ...all, boot: aheadOfClocks }) })),
  'keeps what is new in memory only': edge(edgeWrites(({ kind }) => kind !== 'addItem')),
  'never sends again': edge(withoutTimer('resend')),
  'never sends what waited': edge(withoutTimer('drain')),
  'keeps what is stored for ever': edge(edgeWrites(({ kind }) => kind !== 'deleteItems')),
  'says later what fired without a connection': edge(() => {
    let waiting: EdgeOutput[] = [];
    let isConnected = false;
    return {
      outputs: (all, input, now) => {
        if (input.kind === 'connected' || input.kind === 'disconnected')
          isConnected = input.kind === 'connected';
        for (const each of all) {
          if (each.kind !== 'event' || isConnected || !each.event.active) continue;
          const { rule, sensor } = each.event;
          const words = { sensor, value: 99, node: each.event.node, event: true, event_type: rule };
          const payload = JSON.stringify({
            ...words,
            timestamp: new Date(now.wallMs).toISOString(),
            boot: 9e9,
            seq: 1,
          });
          waiting.push({ kind: 'publish', topic: topics.event(rule), payload, qos: 1, retain: false });
        }
        if (!isConnected) return all;
        const late = waiting;
        waiting = [];
        return [...all, ...late];
      },
    };
  }),
  'says nothing of its rules after a connection was away, nor in its status': edge(() => ({
    outputs: (all, input) =>
      all.flatMap((each): readonly EdgeOutput[] => {
        if (each.kind !== 'publish') return [each];
        if (each.topic.startsWith('env/event/') && input.kind === 'connected') return [];
        if (!each.topic.endsWith('/status')) return [each];
        const { firing: _, ...rest } = JSON.parse(each.payload) as EdgeStatus;
        return [{ ...each, payload: JSON.stringify(rest) }];
      }),
  })),
  'says nothing of its rules in its status': edge(status(({ firing: _, ...rest }) => rest)),
  'does not own up to what it gave up': edge(edgeWrites(({ kind }) => kind !== 'putDropped')),
  'does not say from which number on it has readings': edge(
    status(({ boots = [], ...rest }) => ({ ...rest, boots: boots.map(({ first: _, ...each }) => each) })),
  ),
  'says that it has no more than the present start': edge(
    status(({ boots = [], outbox, ...rest }) => ({
      ...{ ...rest, boots: boots.slice(-1) },
      ...(outbox === undefined ? {} : { outbox: { ...outbox, starts: 0 } }),
    })),
  ),
  'does not ask for the time': edge(status(({ ping: _, ...rest }) => rest)),
  'takes the clock of its home for what it is not': edge(
    status(({ clock, ...rest }) => ({
      ...rest,
      ...(clock === undefined ? {} : { clock: { ...clock, offsetMs: clock.offsetMs + 30 } }),
    })),
    calmEdgesOptions,
  ),
  'tells an edge that its readings are stored before they are': node(() => ({
    outputs: (all) =>
      all.map((each) => (isControl(each) ? ({ ...each, early: true } as unknown as NodeOutput) : each)),
  })),
  'loses every seventh write of readings': node(() => {
    let count = 0;
    return nodeWrites(({ kind }) => kind !== 'putReadings' || count++ % 7 !== 3)();
  }),
  'does not store which numbers it has': node(nodeWrites(({ kind }) => kind !== 'putRanges')),
  'never says what is stored': node(() => ({ outputs: (all) => all.filter((each) => !isControl(each)) })),
  'takes late readings for live ones': node(() => ({
    outputs: (all) =>
      all.map((each) =>
        each.kind === 'accepted'
          ? { ...each, readings: each.readings.map((reading) => ({ ...reading, isLate: false })) }
          : each,
      ),
  })),
  'takes a status that the broker had kept for a new one': node(
    heard((given) => (given.kind === 'status' ? { ...given, retained: false, isOurs: true } : given)),
  ),
  'does not look what fires in a status': node(
    heard((given) => {
      if (given.kind !== 'status') return given;
      const { firing: _, ...rest } = given.status;
      return { ...given, status: rest };
    }),
  ),
  'does not say again what it said without a connection': node(
    heard((given) => (given.kind === 'connected' ? undefined : given)),
  ),
  'forgets its alarms at a restart': node(() => ({
    snapshot: (all) => ({ ...all, alarms: { alarms: [] } }),
  })),
  'takes every edge for its own, whatever the directory says': node((id) => ({
    input: (given) =>
      given.kind === 'directorySays'
        ? { ...given, homes: given.homes.map((home) => ({ ...home, home: id })) }
        : given,
  })),
  'asks the directory nothing': node(() => ({
    outputs: (all) => all.filter(({ kind }) => kind !== 'askDirectory'),
  })),
  'hears of no change of the directory': node(
    heard((given) => (given.kind === 'directorySays' && !given.whole ? undefined : given)),
  ),
  'never asks the directory again': node(() => ({
    outputs: (all) => all.filter((each) => each.kind !== 'setTimer' || each.key !== 'home again'),
  })),
  'hears nothing of alarms once an edge is its own': node((id) => {
    const homes = new Map<string, string>();
    return {
      input: (given) => {
        if (given.kind === 'directorySays') for (const { edge, home } of given.homes) homes.set(edge, home);
        return given.kind === 'alarmsHeard' && homes.get(given.alarms.edge) === id ? undefined : given;
      },
    };
  }, plainDevicesOptions),
  'says no last word of alarms': node(
    () => ({ outputs: (all, { kind }) => all.filter((each) => !isWord(each) || kind === 'timer') }),
    plainDevicesOptions,
  ),
  'does not say who acknowledged': node(
    () => ({
      outputs: (all) =>
        all.map((each) =>
          isWord(each)
            ? { ...each, payload: each.payload.replaceAll('"acknowledged":true', '"acknowledged":false') }
            : each,
        ),
    }),
    plainDevicesOptions,
  ),
  'takes what a directory says that has not caught up': node(
    () => ({
      snapshot: (all) => ({
        ...all,
        homes: { homes: all.homes.homes.map(({ agreed: _, ...home }) => home) },
      }),
    }),
    plainDevicesOptions,
  ),
  'forgets what its rules know of devices at a restart': node(
    () => ({ snapshot: (all) => ({ ...all, engine: { states: [], detectors: [] } }) }),
    plainDevicesOptions,
  ),
  'hears no claim on the topic, where the nodes share nothing else': node(
    heard((given) => (given.kind === 'claim' ? undefined : given)),
    brokerAlone,
  ),
};

test.each(Object.entries(faults))('monitoring that %s is found', (_, scenario) => {
  expect(isCaught(scenario, 1, 60)).toBe(true);
});

test('the same wrappers around unchanged cores find nothing', () => {
  for (const scenario of [edge(() => ({})), node(() => ({})), node(() => ({}), plainDevicesOptions)])
    for (const seed of seedRange(1, 10)) scenario.run(seed);
});
