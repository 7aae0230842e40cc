/**
 * Each planted fault is a way to build the core wrong. A scenario must find it within a few seeds; a fault that passes
 * means the checkers see too little.
 */
import {
  DirectoryCore,
  type DirectoryInput,
  type DirectoryOutput,
  type DirectoryWrite,
} from '@bothy/directory/core';
import type { Now } from '@bothy/protocols';
import { type Scenario, SimulationFailure, seedRange } from '@bothy/simulator';
import type { DirectoryMessage } from '@bothy/wire';
import { expect, test } from 'vitest';
import { emptyContent } from '../core/machine/directory-machine.ts';
import { foundingScenario } from './founding.ts';
import { growingScenario } from './growing.ts';
import { roughOptions, roughScenario } from './rough-cluster.ts';
import type { MakeCore } from './sim-node.ts';

/** Changes what goes in or what comes out; made anew for every start of a core. */
interface Wrong {
  readonly input?: (input: DirectoryInput, core: DirectoryCore) => DirectoryInput | undefined;
  readonly output?: (output: DirectoryOutput) => readonly DirectoryOutput[];
  /** What comes out beside, before the core has had this. */
  readonly more?: (input: DirectoryInput) => readonly DirectoryOutput[];
}

const wrongly =
  (make: () => Wrong): MakeCore =>
  (...args) => {
    const core = new DirectoryCore(...args);
    const { input = (given) => given, output = (given) => [given], more = () => [] } = make();
    return {
      core,
      step: (given: DirectoryInput, now: Now) => {
        const changed = input(given, core);
        const all = [...more(given), ...(changed === undefined ? [] : core.step(changed, now))];
        return all.flatMap(output);
      },
    };
  };

const rough = (make: () => Wrong): Scenario => roughScenario(undefined, wrongly(make));
const founding = (make: () => Wrong): Scenario => foundingScenario(undefined, wrongly(make));
const growing = (make: () => Wrong): Scenario => growingScenario(undefined, wrongly(make));

/** Nodes end all the time, just when they have said something. */
const restless = {
  ...roughOptions,
  clients: { ...roughOptions.clients, everyMs: 30 },
  faults: { ...roughOptions.faults, crashEveryMs: 500, maxOutageMs: 1_000 },
};

const early = (kind: DirectoryOutput['kind']) => (): Wrong => ({
  output: (each) => [each.kind === kind ? ({ ...each, early: true } as DirectoryOutput) : each],
});
const writes = (alter: (write: DirectoryWrite) => readonly DirectoryWrite[]) => (): Wrong => ({
  output: (each) => [each.kind === 'persist' ? { ...each, writes: each.writes.flatMap(alter) } : each],
});
const without = (kind: DirectoryWrite['kind']) => writes((write) => (write.kind === kind ? [] : [write]));
const sent = (alter: (message: DirectoryMessage) => readonly DirectoryMessage[]) => (): Wrong => ({
  output: (each) =>
    each.kind === 'send' ? alter(each.message).map((message) => ({ ...each, message })) : [each],
});
const unsent = (kind: DirectoryMessage['kind']) =>
  sent((message) => (message.kind === kind ? [] : [message]));
const unheard = (kind: DirectoryMessage['kind']) => (): Wrong => ({
  input: (input) => (input.kind === 'message' && input.message.kind === kind ? undefined : input),
});

/** Where the first seeds do not show it: two crashes within a few milliseconds are rare. */
const firstSeeds: Readonly<Record<string, number>> = { 'tells others before it is durable': 41 };

const faults: Readonly<Record<string, Scenario>> = {
  'answers before it is decided': rough(() => ({
    input: (input) => (input.kind === 'message' && input.message.kind === 'ask' ? undefined : input),
    more: (input) => {
      if (input.kind !== 'message' || input.message.kind !== 'ask') return [];
      const { id } = input.message;
      return [
        {
          kind: 'send',
          to: input.from,
          message: { kind: 'answer', id, index: 0, result: { kind: 'bound' } },
        },
      ];
    },
  })),
  'tells others before it is durable': roughScenario(restless, wrongly(early('send'))),
  'does not write its vote down': rough(without('putVote')),
  'does not write its log down': rough(without('putEntries')),
  'does not write down which directory it is in': founding(without('putDirectory')),
  'writes snapshots without names': rough(
    writes((write) => {
      if (write.kind !== 'putSnapshot') return [write];
      const state = { ...write.snapshot.state, names: [] };
      return [{ ...write, snapshot: { ...write.snapshot, state } }];
    }),
  ),
  'writes snapshots without keys': rough(
    writes((write) => {
      if (write.kind !== 'putSnapshot') return [write];
      const { keys: _, ...state } = write.snapshot.state;
      return [{ ...write, snapshot: { ...write.snapshot, state } }];
    }),
  ),
  'keeps out and lets in whatever the asker knew': rough(() => ({
    input: (input, core) => {
      if (input.kind !== 'message' || input.message.kind !== 'ask') return input;
      const { command } = input.message;
      if (command.kind !== 'keepOut' && command.kind !== 'letIn') return input;
      const epoch = core.key(command.person)?.epoch ?? 0;
      return { ...input, message: { ...input.message, command: { ...command, epoch } } };
    },
  })),
  'takes newcomers in, and not the keys that they keep out': growing(() => ({
    input: (input) => {
      if (input.kind !== 'message' || input.message.kind !== 'enrol') return input;
      const { keys: _, ...content } = input.message.content;
      return { ...input, message: { ...input.message, content } };
    },
  })),
  'drops more of the log than the snapshot covers': rough(
    writes((write) => [
      write.kind === 'putSnapshot' ? { ...write, dropThrough: write.snapshot.index + 1 } : write,
    ]),
  ),
  'reads what it knows, and asks nobody': rough(() => ({
    input: (input) => (input.kind === 'read' ? undefined : input),
    more: (input) => (input.kind === 'read' ? [{ kind: 'read', id: input.id, result: { ok: true } }] : []),
  })),
  'says that all was applied before it was': founding(
    sent((message) => [message.kind === 'answer' ? { ...message, index: 0 } : message]),
  ),
  'gives everybody its vote': rough(
    sent((message) => {
      if (message.kind !== 'raft' || message.message.kind !== 'vote') return [message];
      return [{ ...message, message: { ...message.message, granted: true } }];
    }),
  ),
  'acknowledges one entry more than it has': rough(
    sent((message) => {
      if (message.kind !== 'raft' || message.message.kind !== 'appended') return [message];
      return [{ ...message, message: { ...message.message, matchIndex: message.message.matchIndex + 1 } }];
    }),
  ),
  'hears the leaders of other directories': founding(() => ({
    input: (input, core) => {
      if (input.kind !== 'message' || input.message.kind !== 'raft') return input;
      return { ...input, message: { ...input.message, directory: core.view().directory } };
    },
  })),
  'joins, and brings nothing': founding(
    sent((message) => [message.kind === 'enrol' ? { ...message, content: emptyContent } : message]),
  ),
  'takes newcomers in, and not what they bring': growing(() => ({
    input: (input) => {
      if (input.kind !== 'message' || input.message.kind !== 'enrol') return input;
      return { ...input, message: { ...input.message, content: emptyContent } };
    },
  })),
  'never lets go of its own directory': founding(unheard('enrolled')),
  'tells nobody which directory it is in': founding(unsent('about')),
  'takes nobody in': founding(unheard('enrol')),
  'does not ask the leader': rough(unsent('ask')),
  'answers nobody who asks': rough(unsent('answer')),
  'never looks what waits': rough(() => ({
    output: (each) => (each.kind === 'setTimer' && each.key === 'tick' ? [] : [each]),
  })),
  'forgets nobody': growing(() => ({
    input: (input) => (input.kind === 'forgetNode' ? { ...input, node: 'nobody' } : input),
  })),
  'never forces': growing(() => ({
    input: (input) => (input.kind === 'forgetNode' ? { ...input, force: false } : input),
  })),
};

test.each(Object.entries(faults))('a core that %s is found', (name, scenario) => {
  const found = seedRange(firstSeeds[name] ?? 1, 60).some((seed) => {
    try {
      scenario.run(seed);
      return false;
    } catch {
      return true;
    }
  });
  expect(found).toBe(true);
});

test('what the checker of linearizability finds, it shows by a few operations', () => {
  const scenario = faults['reads what it knows, and asks nobody'];
  const found = seedRange(1, 15).flatMap((seed) => {
    try {
      scenario?.run(seed);
      return [];
    } catch (thrown) {
      return thrown instanceof SimulationFailure && thrown.rule === 'linearizable' ? [thrown.message] : [];
    }
  });
  const shown = found.map((message) => message.split('\n').filter((line) => line.includes('→')));
  const [least = []] = shown.sort((one, other) => one.length - other.length);
  // A claim, and a look that came after it and did not know of it; and what may still happen.
  expect(least.filter((line) => !line.endsWith('→ undefined')).length).toBeLessThanOrEqual(3);
  expect(least.at(0)).toContain('"name":"name-');
});

test('the same wrapper around an unchanged core finds nothing', () => {
  for (const scenario of [rough, founding, growing].map((make) => make(() => ({})))) {
    for (const seed of seedRange(1, 5)) scenario.run(seed);
  }
});
