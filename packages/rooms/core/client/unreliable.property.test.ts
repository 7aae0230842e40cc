/** The client against nodes that lose, repeat, reorder, refuse, break off and fall silent. */

import { parseServerFrame } from '@bothy/wire/schemas';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClientOutput } from './outputs.ts';
import { RoomsClientCore } from './rooms-client-core.ts';
import { ClientWorld, faultIn, type MakeCore } from './testing/client-world.ts';
import { reliable, type Unreliability } from './testing/unreliable-cluster.ts';

const rooms = ['a2b3c4d5e6f7g2h3i4j5', 'b2b3c4d5e6f7g2h3i4j5'] as const;

const chance = (most: number) => fc.double({ min: 0, max: most, noNaN: true });
const unreliability: fc.Arbitrary<Unreliability> = fc.record({
  loseAnswer: chance(0.2),
  loseEntry: chance(0.3),
  repeatEntry: chance(0.3),
  swapEntries: chance(0.3),
  refuseForNow: chance(0.3),
  breakConnection: chance(0.05),
  silence: chance(0.02),
});

interface Trouble {
  readonly seed: number;
  readonly unreliability: Unreliability;
  readonly restarts: number;
}
const trouble: fc.Arbitrary<Trouble> = fc.record({
  seed: fc.nat(),
  unreliability,
  restarts: fc.nat(2),
});

const troubledMs = 120_000;
/** Longer than every timeout and every wait together. */
const calmMs = 240_000;

/** The first thing that went wrong; undefined when nothing did. */
function faultOf(
  { seed, unreliability: chances, restarts }: Trouble,
  makeCore?: MakeCore,
): string | undefined {
  const world = new ClientWorld(parseServerFrame, {
    seed: `${seed}`,
    ...(makeCore === undefined ? {} : { makeCore }),
  });
  const written = new Map<string, string[]>(rooms.map((room) => [room, []]));
  const enter = (): void => {
    world.start();
    for (const room of rooms) {
      if (world.shown.has(room)) continue;
      world.command(`join ${room} ${world.nowMs}`, {
        kind: 'join',
        requestId: `j-${world.nowMs}`,
        room,
        limit: 50,
      });
    }
  };
  enter();
  world.run(1_000);
  world.cluster.unreliability = chances;
  for (let n = 0; n < 30; n++) {
    const room = rooms[world.random.below(2)] ?? rooms[0];
    const messageId = `m-${n}`;
    world.after(world.random.below(troubledMs), () => {
      written.get(room)?.push(messageId);
      world.command(messageId, { kind: 'send', room, messageId, body: `text ${n}` });
    });
    world.after(world.random.below(troubledMs), () => world.cluster.write(room, `other ${n}`));
  }
  for (let n = 0; n < restarts; n++) {
    world.after(world.random.below(troubledMs), () => {
      world.restart();
      enter();
    });
  }
  world.run(troubledMs);
  world.cluster.unreliability = reliable;
  // A join may have been refused for now, of which the person was told: they ask again.
  enter();
  // The last entry may have been lost with nothing behind it to show the hole.
  world.run(calmMs);
  for (const room of rooms) world.cluster.write(room, 'the end');
  world.run(60_000);
  for (const room of rooms) {
    const log = world.cluster.log(room);
    const mine = log.filter(({ author }) => author === 'a'.repeat(32)).map(({ key }) => key);
    const expected = written.get(room) ?? [];
    if (mine.join() !== expected.join()) return `written ${expected.join()}, the log has ${mine.join()}`;
    const unacknowledged = restarts > 0 ? [] : expected.filter((id) => world.replies.get(id)?.ok !== true);
    if (unacknowledged.length > 0) return `never acknowledged: ${unacknowledged.join()}`;
    const fault = faultIn(world.shown.get(room), log);
    if (fault !== undefined) return fault;
  }
  return world.outbox.length === 0 ? undefined : 'the outbox still holds what was acknowledged';
}

test('[CL1, CL3] every message arrives once and in order, every entry is shown once and in order, or a gap', () => {
  fc.assert(
    fc.property(trouble, (each) => {
      expect(faultOf(each)).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});

/** Changes what a sound core gives out. */
function changing(
  change: (outputs: readonly ClientOutput[], count: number) => readonly ClientOutput[],
): MakeCore {
  return (config, random) => {
    const core = new RoomsClientCore(config, random);
    let count = 0;
    return {
      step: (input, now) => {
        count += 1;
        return change(core.step(input, now), count);
      },
    };
  };
}

let renamed = 0;

/** Faults that somebody might make. Each is found by the same property. */
const plants: readonly (readonly [string, MakeCore])[] = [
  [
    'a message is sent under a new id each time',
    changing((outputs) =>
      outputs.map((output) => {
        if (output.kind !== 'frame' || output.json.method !== 'room.send') return output;
        renamed += 1;
        const params = { ...output.json.params, messageId: `again-${renamed}` };
        return { ...output, json: { ...output.json, params } };
      }),
    ),
  ],
  ['a message is not sent again', (config, random) => new OnceOnly(config, random)],
  [
    'entries are shown as they come',
    (config, random) => {
      const core = new RoomsClientCore(config, random);
      return {
        step: (input, now) => {
          const outputs = core.step(input, now);
          if (input.kind !== 'frame' || input.frame.kind !== 'entry') return outputs;
          const { room, entry } = input.frame;
          const rest = outputs.filter(
            (output) => output.kind !== 'notify' || output.notice.kind !== 'entries',
          );
          return [...rest, { kind: 'notify', notice: { kind: 'entries', room, entries: [entry] } }];
        },
      };
    },
  ],
  [
    'what was held back behind a hole is forgotten',
    changing((outputs) =>
      outputs.map((output) => {
        if (output.kind !== 'notify' || output.notice.kind !== 'entries') return output;
        return { ...output, notice: { ...output.notice, entries: output.notice.entries.slice(0, 1) } };
      }),
    ),
  ],
  [
    'a gap is not shown',
    changing((outputs) =>
      outputs.filter((output) => output.kind !== 'notify' || output.notice.kind !== 'gap'),
    ),
  ],
  [
    'nobody looks after a message whose answer was lost',
    changing((outputs) =>
      outputs.filter((output) => output.kind !== 'setTimer' || !output.key.startsWith('message ')),
    ),
  ],
  [
    'silence is not noticed',
    changing((outputs) => outputs.filter((output) => output.kind !== 'setTimer' || output.key !== 'pong')),
  ],
  [
    'what was acknowledged stays in the outbox',
    changing((outputs) =>
      outputs.filter((output) => output.kind !== 'persist' || output.writes[0]?.kind !== 'remove'),
    ),
  ],
  [
    'the outbox is not read at the start',
    (config, random) => new RoomsClientCore({ ...config, outbox: [] }, random),
  ],
];

/** Sends what it was given once, and then waits for ever. */
class OnceOnly extends RoomsClientCore {
  readonly #sent = new Set<unknown>();
  override step(...args: Parameters<RoomsClientCore['step']>): readonly ClientOutput[] {
    return super.step(...args).filter((output) => {
      if (output.kind !== 'frame' || output.json.method !== 'room.send') return true;
      const { messageId } = output.json.params;
      const isFirst = !this.#sent.has(messageId);
      this.#sent.add(messageId);
      return isFirst;
    });
  }
}

describe('planted faults are found', () => {
  test.each(plants)('%s', (_name, makeCore) => {
    const chances = { loseAnswer: 0.1, loseEntry: 0.2, repeatEntry: 0.2, swapEntries: 0.2 };
    const rest = { refuseForNow: 0.1, breakConnection: 0.03, silence: 0.02 };
    const faults = Array.from({ length: 30 }, (_, seed) => {
      return faultOf({ seed, unreliability: { ...chances, ...rest }, restarts: seed % 2 }, makeCore);
    });
    expect(faults.filter((fault) => fault !== undefined)).not.toEqual([]);
  });
});
