import fc from 'fast-check';
import { expect, test } from 'vitest';
import { command, entriesOf } from '../../../testing/one-raft-member.ts';
import { RaftLog, unknownTerm } from './raft-log.ts';
import type { RaftEntry } from './raft-messages.ts';

const terms = fc.array(fc.nat({ max: 3 }), { maxLength: 20 }).map((steps) => {
  let term = 1;
  return steps.map((step) => (term += step));
});

test('[RF20] the last entry up to a term is what looking at one after the other finds', () => {
  fc.assert(
    fc.property(terms, fc.nat(25), fc.nat(60), fc.nat(20), (each, index, term, dropped) => {
      const log = new RaftLog<string>(0, 0, entriesOf(...each));
      const offset = Math.min(dropped, each.length);
      log.dropThrough(offset);
      let expected = Math.min(index, log.lastIndex);
      while (expected >= offset && log.termAt(expected) > term) expected -= 1;
      expect(log.lastUpToTerm(index, term)).toBe(index < offset ? index : expected);
    }),
  );
});

test('does what a plain list does', () => {
  const action = fc.record({
    kind: fc.constantFrom('push', 'push', 'push', 'truncate', 'drop', 'reset'),
    at: fc.nat(30),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const log = new RaftLog<string>(0, 0, []);
      let list: RaftEntry<string>[] = [];
      let offset = 0;
      for (const { kind, at } of actions) {
        const index = Math.max(offset, Math.min(at, offset + list.length));
        if (kind === 'push') {
          const entry = { index: log.lastIndex + 1, term: at + log.lastTerm, content: command(`c${at}`) };
          log.push(entry);
          list.push(entry);
        } else if (kind === 'truncate') {
          log.truncateFrom(index + 1);
          list = list.filter((entry) => entry.index <= index);
        } else if (kind === 'drop') {
          const term = log.termAt(index);
          log.dropThrough(index);
          list = list.filter((entry) => entry.index > index);
          offset = index;
          expect(log.termAt(index)).toBe(term);
        } else {
          log.reset(at, log.lastTerm);
          list = [];
          offset = at;
        }
        expect([log.offset, log.lastIndex]).toEqual([offset, offset + list.length]);
        expect(log.slice(offset + 1, Number.POSITIVE_INFINITY)).toEqual(list);
        for (const entry of list) {
          expect(log.entryAt(entry.index)).toBe(entry);
          expect(log.termAt(entry.index)).toBe(entry.term);
        }
        expect(log.termAt(offset - 1)).toBe(unknownTerm);
        expect(log.termAt(log.lastIndex + 1)).toBe(unknownTerm);
      }
    }),
  );
});

test('takes no entry that leaves a gap', () => {
  const log = new RaftLog<string>(3, 1, []);
  expect(() => log.push({ index: 5, term: 1, content: command('x') })).toThrow(/leaves a gap/);
});
