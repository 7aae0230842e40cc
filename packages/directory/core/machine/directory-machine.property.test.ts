/** Against a model that keeps one flat list of facts and looks through all of it each time. */
import type { DirectoryCommand, DirectoryContent, DirectoryResult } from '@bothy/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DirectoryMachine, emptyContent } from './directory-machine.ts';

const nodes = ['a', 'b', 'c'];
const node = fc.constantFrom(...nodes);
const person = fc.constantFrom('ann', 'ben', 'cid');
const name = fc.constantFrom('storm', 'calm');
const edge = fc.constantFrom('e', 'f', 'g', 'h');
const epoch = fc.integer({ min: 1, max: 4 });
const often = fc.nat(3);
const stamp = fc.record({ ms: fc.nat(5), counter: fc.nat(1) });
const roomClaim = fc
  .record({ creation: fc.constantFrom('', 'c', 'd'), last: fc.nat(1), administrator: node, epoch })
  .map(({ creation, last, ...rest }) => ({ ...rest, creation, room: `${creation}${last}` }));
const command: fc.Arbitrary<DirectoryCommand> = fc.oneof(
  fc.record({ kind: fc.constant('claimName' as const), name, person, at: stamp, node }),
  fc.record({ kind: fc.constant('releaseName' as const), name, at: stamp }),
  fc.record({ kind: fc.constant('claimRoom' as const), claim: roomClaim }),
  fc.record({ kind: fc.constant('buryRoom' as const), room: roomClaim.map(({ room }) => room), epoch }),
  fc.record({ kind: fc.constant('claimHome' as const), edge, node, atMs: fc.nat(9) }),
  fc.record({ kind: fc.constant('moveHome' as const), edge, to: node, epoch, atMs: fc.nat(9) }),
  fc.record({ kind: fc.constant('forgetHome' as const), edge }),
  fc.record({ kind: fc.constant('keepOut' as const), person, name, by: name, epoch: often, atMs: fc.nat(9) }),
  fc.record({ kind: fc.constant('letIn' as const), person, by: name, epoch: often, atMs: fc.nat(9) }),
);

/** Only what has happened, in order; every answer is found by going through it from the beginning. */
class History {
  readonly #past: DirectoryCommand[] = [];

  apply(now: DirectoryCommand): string {
    const past = [...this.#past];
    this.#past.push(now);
    switch (now.kind) {
      case 'claimName':
        if (isOutAfter(past, now.person)) return 'keptOut';
        return ownerAfter(past, now.name) ?? now.person;
      case 'keepOut':
      case 'letIn':
        return changesOf([...past, now], now.person).join();
      case 'releaseName': {
        const before = ownerAfter(past, now.name);
        return before !== undefined && ownerAfter([...past, now], now.name) === undefined
          ? `was ${before}`
          : '';
      }
      case 'claimRoom': {
        if (past.some((each) => each.kind === 'buryRoom' && each.room === now.claim.room)) return 'buried';
        const held = roomsAfter(past);
        const known = held.find(({ room }) => room === now.claim.room);
        if (known !== undefined) {
          const isOurs = known.administrator === now.claim.administrator || now.claim.epoch > known.epoch;
          return isOurs ? 'claimed' : `${known.room} ${known.administrator}`;
        }
        const { creation } = now.claim;
        const twin = creation === '' ? undefined : held.find((each) => each.creation === creation);
        return twin === undefined ? 'claimed' : `${twin.room} ${twin.administrator}`;
      }
      case 'claimHome':
      case 'moveHome': {
        const after = homeAfter([...past, now], now.edge);
        return after === undefined ? 'none' : `${after.home} ${after.epoch}`;
      }
      default:
        return 'done';
    }
  }
}

function isLater(one: { ms: number; counter: number }, other: { ms: number; counter: number }): boolean {
  return one.ms > other.ms || (one.ms === other.ms && one.counter > other.counter);
}

/** `out` and `in` in turn, as often as it was changed. */
function changesOf(past: readonly DirectoryCommand[], of: string): string[] {
  const changes: string[] = [];
  for (const each of past) {
    if ((each.kind !== 'keepOut' && each.kind !== 'letIn') || each.person !== of) continue;
    const isNext = each.kind === (changes.length % 2 === 0 ? 'keepOut' : 'letIn');
    if (isNext && each.epoch === changes.length) changes.push(each.kind === 'keepOut' ? 'out' : 'in');
  }
  return changes;
}

function isOutAfter(past: readonly DirectoryCommand[], of: string): boolean {
  return changesOf(past, of).length % 2 === 1;
}

function ownerAfter(past: readonly DirectoryCommand[], of: string): string | undefined {
  let owner: { person: string; at: { ms: number; counter: number } } | undefined;
  let released = { ms: -1, counter: 0 };
  for (const [at, each] of past.entries()) {
    if (each.kind === 'claimName' && isOutAfter(past.slice(0, at), each.person)) continue;
    if (each.kind === 'claimName' && each.name === of && owner === undefined) {
      const after = { ms: released.ms, counter: released.counter + 1 };
      owner = { person: each.person, at: isLater(each.at, released) ? each.at : after };
    }
    if (each.kind !== 'releaseName' || each.name !== of || owner === undefined) continue;
    if (!isLater(each.at, released)) continue;
    const after = { ms: owner.at.ms, counter: owner.at.counter + 1 };
    released = isLater(owner.at, each.at) ? after : each.at;
    owner = undefined;
  }
  return owner?.person;
}

function roomsAfter(past: readonly DirectoryCommand[]): DirectoryContent['rooms'] {
  let held: DirectoryContent['rooms'] = [];
  const gone = new Set<string>();
  for (const each of past) {
    if (each.kind === 'buryRoom') {
      gone.add(each.room);
      held = held.filter(({ room }) => room !== each.room);
    }
    if (each.kind !== 'claimRoom' || gone.has(each.claim.room)) continue;
    const { claim } = each;
    const known = held.find(({ room }) => room === claim.room);
    if (known === undefined) {
      const isTaken = claim.creation !== '' && held.some(({ creation }) => creation === claim.creation);
      if (!isTaken) held = [...held, claim];
    } else if (claim.epoch > known.epoch) held = held.map((other) => (other === known ? claim : other));
  }
  return held;
}

function homeAfter(
  past: readonly DirectoryCommand[],
  of: string,
): { home: string; epoch: number } | undefined {
  let home: { home: string; epoch: number } | undefined;
  for (const each of past) {
    if (each.kind === 'claimHome' && each.edge === of) home ??= { home: each.node, epoch: 1 };
    if (each.kind === 'forgetHome' && each.edge === of) home = undefined;
    if (each.kind !== 'moveHome' || each.edge !== of || home === undefined) continue;
    if (home.epoch === each.epoch && home.home !== each.to) home = { home: each.to, epoch: home.epoch + 1 };
  }
  return home;
}

/** The answer in the model's words. */
function worded(result: DirectoryResult, command: DirectoryCommand): string {
  switch (result.kind) {
    case 'bound':
      return command.kind === 'claimName' ? command.person : 'bound?';
    case 'taken':
      return result.by;
    case 'released':
      return result.was === null ? '' : `was ${result.was}`;
    case 'roomTaken':
      return `${result.by.room} ${result.by.administrator}`;
    case 'roomBuried':
      return 'buried';
    case 'key':
      return Array.from({ length: result.key?.epoch ?? 0 }, (_, at) => (at % 2 === 0 ? 'out' : 'in')).join();
    case 'home':
    case 'homeMoved':
      return result.home === null ? 'none' : `${result.home.home} ${result.home.epoch}`;
    default:
      return result.kind;
  }
}

test('[DR1, DR2, DR3, DR4, DR5, DR6, DR7, DR13] every answer is what going through all that happened gives', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      const machine = new DirectoryMachine();
      const model = new History();
      for (const each of commands) {
        const result = machine.apply(each);
        seen.add(result.kind);
        expect(worded(result, each)).toBe(model.apply(each));
      }
    }),
    { numRuns: 1_000 },
  );
  const kinds = [
    'bound',
    'taken',
    'released',
    'claimed',
    'roomTaken',
    'roomBuried',
    'home',
    'homeMoved',
    'key',
    'keptOut',
    'done',
  ];
  expect([...seen].sort()).toEqual(kinds.sort());
});

const commands = fc.array(command, { maxLength: 25 });
const contentOf = (some: readonly DirectoryCommand[]): DirectoryContent => {
  const machine = new DirectoryMachine();
  for (const each of some) machine.apply(each);
  return machine.content();
};
const takeIn = (content: DirectoryContent): DirectoryCommand => ({
  kind: 'takeIn',
  node: 'z',
  from: 'there',
  content,
});

test('[DR9, DR14] directories that are taken in make the same one, in whatever order and however often', () => {
  const some = fc.array(commands, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(some, fc.array(fc.nat(3), { minLength: 0, maxLength: 6 }), (all, again) => {
      const contents = all.map(contentOf);
      const once = contentOf(contents.map(takeIn));
      expect(contentOf([...contents].reverse().map(takeIn))).toEqual(once);
      const more = again.flatMap((at) => contents[at] ?? []);
      expect(contentOf([...more, ...contents, ...more].map(takeIn))).toEqual(once);
      // Taking in what was merged already is taking in its parts.
      const [first = emptyContent, ...rest] = contents;
      expect(contentOf([takeIn(first), takeIn(contentOf(rest.map(takeIn)))])).toEqual(once);
    }),
    { numRuns: 300 },
  );
});

test('[DR9] rival claims of a name are kept, and the earlier one has it', () => {
  const claim = (who: string, ms: number): DirectoryCommand => ({
    kind: 'claimName',
    name: 'storm',
    person: who,
    at: { ms, counter: 0 },
    node: 'a',
  });
  const machine = new DirectoryMachine(contentOf([claim('ann', 2)]));
  machine.apply(takeIn(contentOf([claim('ben', 1)])));
  expect(machine.name('storm')?.claims.map((each) => each.person)).toEqual(['ben', 'ann']);
});

test('[DR11, DR12] a restored machine goes on as the one that gave the content, and contents are in order', () => {
  fc.assert(
    fc.property(commands, commands, (before, after) => {
      const one = new DirectoryMachine();
      for (const each of before) one.apply(each);
      const other = new DirectoryMachine(contentOf(after));
      other.restore(JSON.parse(JSON.stringify(one.content())) as DirectoryContent);
      for (const each of after) expect(other.apply(each)).toEqual(one.apply(each));
      const content = one.content();
      expect(other.content()).toEqual(content);
      const keys = [content.names.map((each) => each.name), content.rooms.map(({ room }) => room)];
      keys.push(
        content.buried.map(({ room }) => room),
        content.homes.map((each) => each.edge),
        (content.keys ?? []).map((each) => each.person),
      );
      for (const each of keys) expect(each).toEqual([...each].sort());
    }),
    { numRuns: 300 },
  );
});
